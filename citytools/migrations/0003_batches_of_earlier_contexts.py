"""A batch for what commands, returns, publishing and bulk actions wrote before there were any.

A context of history that says nothing of the kind, such as that of a form, is no batch. Events are
counted in whatever tables of history there are: this depends on no other app's migrations, and a
new database has no contexts.
"""

from collections import defaultdict
from uuid import UUID

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_KIND_OF_COMMAND = {"load": "load", "import_ocds": "notices", "forget_demonstration": "action"}
_CONTEXTS = """
SELECT id, created_at, metadata ->> 'command', (metadata ->> 'user')::bigint,
    coalesce(metadata ->> 'batch', ''), coalesce(metadata ->> 'files', '')
FROM pghistory_context
WHERE metadata ? 'batch' OR metadata ->> 'command' = ANY(%s)
    OR metadata ->> 'url' ~ '/admin/[a-z]+/[a-z]+/$'
ORDER BY created_at, id
"""
_EVENT_TABLES = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = current_schema() AND column_name = 'pgh_context_id'
ORDER BY table_name
"""
_COUNTS = """
SELECT pgh_context_id, count(*) FILTER (WHERE first = 'insert' AND last <> 'delete'),
    count(*) FILTER (WHERE first <> 'insert' AND last <> 'delete'),
    count(*) FILTER (WHERE first <> 'insert' AND last = 'delete')
FROM (
    SELECT pgh_context_id, (array_agg(pgh_label ORDER BY pgh_id))[1] AS first,
        (array_agg(pgh_label ORDER BY pgh_id DESC))[1] AS last
    FROM {events} WHERE pgh_context_id = ANY(%s::uuid[]) GROUP BY pgh_context_id, pgh_obj_id
) AS record
GROUP BY pgh_context_id
"""


def _kind(command: str | None, name: str) -> str:
    if command:
        return _KIND_OF_COMMAND[command]
    if name in ("published", "withdrawn"):
        return "publish"
    return "return" if name.startswith("return") else "action"


def add_batches(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """One batch for each context of a known kind, in their order."""
    user_ids = set(apps.get_model("auth", "User").objects.values_list("pk", flat=True))
    with editor.connection.cursor() as cursor:
        cursor.execute(_CONTEXTS, [list(_KIND_OF_COMMAND)])
        contexts = cursor.fetchall()
        counts = _counts(cursor, [context for context, *_ in contexts])
    batch = apps.get_model("citytools", "Batch")
    batch.objects.bulk_create(
        [
            batch(
                context=context,
                kind=_kind(command, name),
                at=at,
                user_id=user if user in user_ids else None,
                command=command or "",
                files=[{"name": file} for file in files.split(", ") if file],
                counts=counts[context],
                note=name,
            )
            for context, at, command, user, name, files in contexts
        ],
        batch_size=1000,
    )


def _counts(cursor, contexts: list[UUID]) -> dict[UUID, dict[str, dict[str, int]]]:
    counts: dict[UUID, dict[str, dict[str, int]]] = defaultdict(dict)
    cursor.execute(_EVENT_TABLES)
    for (table,) in cursor.fetchall() if contexts else []:
        label = table.removesuffix("event").replace("_", ".", 1)
        cursor.execute(_COUNTS.format(events=f'"{table}"'), [[str(context) for context in contexts]])
        for context, *numbers in cursor.fetchall():
            named = zip(("created", "changed", "removed"), numbers, strict=True)
            if positive := {name: number for name, number in named if number}:
                counts[context][label] = positive
    return counts


class Migration(migrations.Migration):
    dependencies = [
        ("citytools", "0002_batch"),
        ("pghistory", "0001_initial"),
        migrations.swappable_dependency("auth.User"),
    ]

    operations = [migrations.RunPython(add_batches, migrations.RunPython.noop)]
