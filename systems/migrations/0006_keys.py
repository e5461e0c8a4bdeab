"""A key for each fact: its name in addresses and files from now on."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# The history knows each record by its key too; of what was deleted, by the key it would have
FILL = """
CREATE INDEX {table}_keys ON {table} (key);
UPDATE {table} AS record SET key = unique_key('{table}'::regclass::oid, {base}, id);
UPDATE {table}event AS event SET key = record.key FROM {table} AS record WHERE pgh_obj_id = record.id;
UPDATE {table}event AS event SET key = latest.key FROM (
    SELECT DISTINCT ON (pgh_obj_id) pgh_obj_id, coalesce(nullif({base}, ''), 'record') AS key FROM {table}event AS record
    WHERE key = '' ORDER BY pgh_obj_id, pgh_id DESC
) AS latest WHERE event.pgh_obj_id = latest.pgh_obj_id;
DROP INDEX {table}_keys;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0009_keys'),
        ('systems', '0005_search_text'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='system',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='system',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='system',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='system',
            name='key',
            field=models.SlugField(db_default='', db_index=False, editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255),
        ),
        migrations.AddField(
            model_name='systemevent',
            name='key',
            field=models.SlugField(db_default='', db_index=False, editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255),
        ),
        migrations.RunSQL(
            FILL.format(
                table='systems_system',
                base="concat_ws('-', key_part((SELECT slug FROM boroughs_borough WHERE id = record.borough_id), 120), key_part((SELECT slug FROM systems_function WHERE id = record.function_id), 120), key_part((SELECT slug FROM systems_product WHERE id = record.product_id), 120))",
            ),
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='system',
            name='key',
            field=models.SlugField(db_default='', editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255, unique=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='system',
            trigger=pgtrigger.compiler.Trigger(name='makes_key', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.key = '' AND TG_OP = 'UPDATE' THEN\n    NEW.key := OLD.key;  -- an older version that is restored knows of no key\nEND IF;\nIF NEW.key = '' THEN\n    NEW.key := unique_key(TG_RELID, concat_ws('-', key_part((SELECT slug FROM boroughs_borough WHERE id = NEW.borough_id), 120), key_part((SELECT slug FROM systems_function WHERE id = NEW.function_id), 120), key_part((SELECT slug FROM systems_product WHERE id = NEW.product_id), 120)), NEW.id);\nEND IF;\nRETURN NEW;\n", hash='8cc717cbbe022435ce0cbfb6ab6c0b0a1f65be34', operation='INSERT OR UPDATE', pgid='pgtrigger_makes_key_b8536', table='systems_system', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='system',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "systems_systemevent" ("as_of", "borough_id", "confidence", "confirmed_on", "function_id", "hosting", "id", "intention", "key", "live_since", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "satisfaction", "source_kind", "source_url", "status", "users") VALUES (NEW."as_of", NEW."borough_id", NEW."confidence", NEW."confirmed_on", NEW."function_id", NEW."hosting", NEW."id", NEW."intention", NEW."key", NEW."live_since", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."product_id", NEW."satisfaction", NEW."source_kind", NEW."source_url", NEW."status", NEW."users"); RETURN NULL;', hash='b14cf03e6df1dd983f4785c606d1995534826f1a', operation='INSERT', pgid='pgtrigger_insert_insert_bdb60', table='systems_system', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='system',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."as_of" IS DISTINCT FROM (NEW."as_of") OR OLD."borough_id" IS DISTINCT FROM (NEW."borough_id") OR OLD."confidence" IS DISTINCT FROM (NEW."confidence") OR OLD."confirmed_on" IS DISTINCT FROM (NEW."confirmed_on") OR OLD."function_id" IS DISTINCT FROM (NEW."function_id") OR OLD."hosting" IS DISTINCT FROM (NEW."hosting") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."intention" IS DISTINCT FROM (NEW."intention") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."live_since" IS DISTINCT FROM (NEW."live_since") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."product_id" IS DISTINCT FROM (NEW."product_id") OR OLD."satisfaction" IS DISTINCT FROM (NEW."satisfaction") OR OLD."source_kind" IS DISTINCT FROM (NEW."source_kind") OR OLD."source_url" IS DISTINCT FROM (NEW."source_url") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."users" IS DISTINCT FROM (NEW."users"))', func='INSERT INTO "systems_systemevent" ("as_of", "borough_id", "confidence", "confirmed_on", "function_id", "hosting", "id", "intention", "key", "live_since", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "satisfaction", "source_kind", "source_url", "status", "users") VALUES (NEW."as_of", NEW."borough_id", NEW."confidence", NEW."confirmed_on", NEW."function_id", NEW."hosting", NEW."id", NEW."intention", NEW."key", NEW."live_since", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."product_id", NEW."satisfaction", NEW."source_kind", NEW."source_url", NEW."status", NEW."users"); RETURN NULL;', hash='a3345d7dc0e1b18797850aea049b3ce786fd3086', operation='UPDATE', pgid='pgtrigger_update_update_4de9f', table='systems_system', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='system',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "systems_systemevent" ("as_of", "borough_id", "confidence", "confirmed_on", "function_id", "hosting", "id", "intention", "key", "live_since", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "satisfaction", "source_kind", "source_url", "status", "users") VALUES (OLD."as_of", OLD."borough_id", OLD."confidence", OLD."confirmed_on", OLD."function_id", OLD."hosting", OLD."id", OLD."intention", OLD."key", OLD."live_since", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."product_id", OLD."satisfaction", OLD."source_kind", OLD."source_url", OLD."status", OLD."users"); RETURN NULL;', hash='120952e54dc201e40e8cbfa772c54907a7bfb470', operation='DELETE', pgid='pgtrigger_delete_delete_19c2b', table='systems_system', when='AFTER')),
        ),
    ]
