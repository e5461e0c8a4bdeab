"""Filter sets: the rows of a list, narrowed by the query string. Each stands on one kind of row."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from citytools.lists.query_form import QueryStringMixin, without_blanks


class FactFilterSet(QueryStringMixin, django_filters.FilterSet):
    """A filter set over one kind of fact row."""

    non_filter_names = frozenset({"page", "columns"})

    def __init__(self, data: QueryDict, queryset: QuerySet[Any]) -> None:
        super().__init__(data=without_blanks(data), queryset=queryset)

    @property
    def query_form(self) -> forms.Form:
        """The form of the filters' inputs."""
        form: forms.Form = self.form
        return form

    @classmethod
    def fields_by_name(cls) -> Mapping[str, forms.Field]:
        """What the query string may hold."""
        return {name: item.field for name, item in cls.get_filters().items() if item}

    @property
    def rows(self) -> Any:
        """The chosen rows, as the model's own kind of queryset; none while there are problems."""
        return self.queryset.none() if self.problems else self.qs

    def rows_without_filter(self, left_out: str) -> Any:
        """The rows as if one filter were not given, in no order."""
        rows = self.queryset.order_by()
        for name, value in self.values.items():
            if name not in {left_out, "sort"}:
                rows = self.filters[name].filter(rows, value)
        return rows
