"""Invented contracts of before name no real framework any more: each world keeps to its own."""

from django.db import migrations

_EMPTY = """
UPDATE contracts_contract AS contract SET framework_id = NULL FROM contracts_framework AS framework
WHERE framework.id = contract.framework_id AND contract.source_kind = 'illustrative'
AND NOT framework.illustrative
"""


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0013_stages_and_services'),
    ]

    operations = [
        # Back again they name none: which one was named stands in the event log
        migrations.RunSQL(_EMPTY, migrations.RunSQL.noop),
    ]
