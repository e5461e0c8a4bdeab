"""The contracts app."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """Contracts and frameworks."""

    name = "contracts"
