"""Take away Django's second index of each unique text, for LIKE, which nothing asks."""

from django.db import migrations

# New ones are no longer made: citytools.local.postgres.base
FIND = r"""
SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()
AND indexname ~ '_like$' AND indexdef ~ '\m(varchar|text)_pattern_ops\M'
"""


def drop_like_indexes(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FIND)
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):
    dependencies = [("citytools", "0005_search_names")]

    operations = [migrations.RunPython(drop_like_indexes, migrations.RunPython.noop)]
