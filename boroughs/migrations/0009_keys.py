"""A key for each fact: its name in addresses and files from now on."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

FUNCTIONS = r"""
CREATE FUNCTION {schema}.key_part(text, length integer) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
-- A text as it stands in an address; null where nothing is left of it.
SELECT nullif(rtrim(left(
    trim(BOTH '-' FROM regexp_replace({schema}.search_words($1), '[^a-z0-9]+', '-', 'g')), $2
), '-'), '')
$$;

CREATE FUNCTION {schema}.unique_key(relation oid, base text, own bigint) RETURNS text
LANGUAGE plpgsql AS $$
-- The base, or with -2, -3 … the first that no other record has. Whoever makes keys for the same
-- table waits until this transaction ends: both would find the same one free.
DECLARE
    candidate text := coalesce(nullif(base, ''), 'record');
    number integer := 1;
    taken boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('unique_key'), relation::bigint::bit(32)::integer);
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE key = $1 AND id <> $2)', relation::regclass)
            INTO taken USING candidate, own;
        EXIT WHEN NOT taken;
        number := number + 1;
        candidate := coalesce(nullif(base, ''), 'record') || '-' || number;
    END LOOP;
    RETURN candidate;
END $$;
"""


def make_functions(apps, schema_editor):
    """Named with their schema: a restored dump searches none."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        ((schema,),) = cursor.fetchall()
        cursor.execute(FUNCTIONS.format(schema=schema))


def drop_functions(apps, schema_editor):
    schema_editor.execute("DROP FUNCTION key_part(text, integer)")
    schema_editor.execute("DROP FUNCTION unique_key(oid, text, bigint)")


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
        ('boroughs', '0008_search_text'),
    ]

    operations = [
        migrations.RunPython(make_functions, drop_functions),
        pgtrigger.migrations.RemoveTrigger(
            model_name='return',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='return',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='return',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='return',
            name='key',
            field=models.SlugField(db_default='', db_index=False, editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255),
        ),
        migrations.AddField(
            model_name='returnevent',
            name='key',
            field=models.SlugField(db_default='', db_index=False, editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255),
        ),
        migrations.RunSQL(
            FILL.format(
                table='boroughs_return',
                base="concat_ws('-', key_part((SELECT slug FROM boroughs_borough WHERE id = record.borough_id), 120), key_part(subject, 60), key_part(received_on::text, 60))",
            ),
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='return',
            name='key',
            field=models.SlugField(db_default='', editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255, unique=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='return',
            trigger=pgtrigger.compiler.Trigger(name='makes_key', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.key = '' AND TG_OP = 'UPDATE' THEN\n    NEW.key := OLD.key;  -- an older version that is restored knows of no key\nEND IF;\nIF NEW.key = '' THEN\n    NEW.key := unique_key(TG_RELID, concat_ws('-', key_part((SELECT slug FROM boroughs_borough WHERE id = NEW.borough_id), 120), key_part(NEW.subject::text, 60), key_part(NEW.received_on::text, 60)), NEW.id);\nEND IF;\nRETURN NEW;\n", hash='54f972cdcadb0c3efbbf58694da9b82a301a4c15', operation='INSERT OR UPDATE', pgid='pgtrigger_makes_key_e46ac', table='boroughs_return', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='return',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "boroughs_returnevent" ("as_of", "borough_id", "complete", "confidence", "confirmed_on", "id", "key", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_on", "source_kind", "source_url", "subject") VALUES (NEW."as_of", NEW."borough_id", NEW."complete", NEW."confidence", NEW."confirmed_on", NEW."id", NEW."key", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."received_on", NEW."source_kind", NEW."source_url", NEW."subject"); RETURN NULL;', hash='470380e10e8f96ae44efe9d31b163533832f17ec', operation='INSERT', pgid='pgtrigger_insert_insert_f52e9', table='boroughs_return', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='return',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "boroughs_returnevent" ("as_of", "borough_id", "complete", "confidence", "confirmed_on", "id", "key", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_on", "source_kind", "source_url", "subject") VALUES (NEW."as_of", NEW."borough_id", NEW."complete", NEW."confidence", NEW."confirmed_on", NEW."id", NEW."key", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."received_on", NEW."source_kind", NEW."source_url", NEW."subject"); RETURN NULL;', hash='253fe831dcb6fa5c71e83823f5d731a3724a4bc8', operation='UPDATE', pgid='pgtrigger_update_update_b0ec6', table='boroughs_return', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='return',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "boroughs_returnevent" ("as_of", "borough_id", "complete", "confidence", "confirmed_on", "id", "key", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_on", "source_kind", "source_url", "subject") VALUES (OLD."as_of", OLD."borough_id", OLD."complete", OLD."confidence", OLD."confirmed_on", OLD."id", OLD."key", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."received_on", OLD."source_kind", OLD."source_url", OLD."subject"); RETURN NULL;', hash='ce38a2e82b9fd6649b8ba8a313a807edba7d8868', operation='DELETE', pgid='pgtrigger_delete_delete_860fb', table='boroughs_return', when='AFTER')),
        ),
    ]
