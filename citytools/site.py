"""What every page carries: the service's name, its sections and its notices."""

from django.http import HttpRequest


def furniture(request: HttpRequest) -> dict[str, object]:
    """Template context of the header, the phase banner and the demonstration notice."""
    return {}
