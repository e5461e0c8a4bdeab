"""Counting rows that point at a record, without joins that multiply each other."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce


def counted(rows: QuerySet[Any], path: str, distinct: str = "") -> Coalesce:
    """SQL: how many of the rows point at the outer record along a path; zero for none.

    `distinct` counts different values of that field instead of rows. To count rows and no column of
    theirs lets PostgreSQL answer out of the index.
    """
    own = rows.filter(**{path: OuterRef("pk")}).order_by().values(path)
    many = Count(distinct, distinct=True) if distinct else Count("*")
    count = own.annotate(count=many).values("count")
    return Coalesce(Subquery(count, output_field=IntegerField()), 0)
