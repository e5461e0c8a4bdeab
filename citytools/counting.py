"""Counting rows that point at a record, without joins that multiply each other."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce


def counted(rows: QuerySet[Any], path: str, distinct: str = "pk") -> Coalesce:
    """SQL: how many of the rows point at the outer record along a path; zero for none.

    `distinct` counts different values of that field instead of rows.
    """
    own = rows.filter(**{path: OuterRef("pk")}).order_by().values(path)
    count = own.annotate(count=Count(distinct, distinct=distinct != "pk")).values("count")
    return Coalesce(Subquery(count, output_field=IntegerField()), 0)
