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
        ('skills', '0006_statement_dates_and_confirmations'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='pastlevel',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='pastlevel',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='pastlevel',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='skilllevel',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='skilllevel',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='skilllevel',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='pastlevel',
            name='key',
            field=models.SlugField(db_default='', db_index=False, editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255),
        ),
        migrations.AddField(
            model_name='pastlevelevent',
            name='key',
            field=models.SlugField(db_default='', db_index=False, editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255),
        ),
        migrations.RunSQL(
            FILL.format(
                table='skills_pastlevel',
                base="concat_ws('-', key_part((SELECT slug FROM boroughs_borough WHERE id = record.borough_id), 120), key_part((SELECT slug FROM skills_skill WHERE id = record.skill_id), 120), key_part(as_of, 60))",
            ),
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='pastlevel',
            name='key',
            field=models.SlugField(db_default='', editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255, unique=True),
        ),
        migrations.AddField(
            model_name='skilllevel',
            name='key',
            field=models.SlugField(db_default='', db_index=False, editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255),
        ),
        migrations.AddField(
            model_name='skilllevelevent',
            name='key',
            field=models.SlugField(db_default='', db_index=False, editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255),
        ),
        migrations.RunSQL(
            FILL.format(
                table='skills_skilllevel',
                base="concat_ws('-', key_part((SELECT slug FROM boroughs_borough WHERE id = record.borough_id), 120), key_part((SELECT slug FROM skills_skill WHERE id = record.skill_id), 120))",
            ),
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='skilllevel',
            name='key',
            field=models.SlugField(db_default='', editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255, unique=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pastlevel',
            trigger=pgtrigger.compiler.Trigger(name='makes_key', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.key = '' AND TG_OP = 'UPDATE' THEN\n    NEW.key := OLD.key;  -- an older version that is restored knows of no key\nEND IF;\nIF NEW.key = '' THEN\n    NEW.key := unique_key(TG_RELID, concat_ws('-', key_part((SELECT slug FROM boroughs_borough WHERE id = NEW.borough_id), 120), key_part((SELECT slug FROM skills_skill WHERE id = NEW.skill_id), 120), key_part(NEW.as_of::text, 60)), NEW.id);\nEND IF;\nRETURN NEW;\n", hash='49b76b3398983a784d3170116d9c48452d1b7912', operation='INSERT OR UPDATE', pgid='pgtrigger_makes_key_bb466', table='skills_pastlevel', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pastlevel',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "skills_pastlevelevent" ("as_of", "borough_id", "can_teach", "confidence", "confirmed_on", "headcount", "id", "key", "level", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "skill_id", "source_kind", "source_url", "wants_help") VALUES (NEW."as_of", NEW."borough_id", NEW."can_teach", NEW."confidence", NEW."confirmed_on", NEW."headcount", NEW."id", NEW."key", NEW."level", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."skill_id", NEW."source_kind", NEW."source_url", NEW."wants_help"); RETURN NULL;', hash='8c393e0ac244636540b892179eef7e4f8268e3a4', operation='INSERT', pgid='pgtrigger_insert_insert_424bb', table='skills_pastlevel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pastlevel',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."as_of" IS DISTINCT FROM (NEW."as_of") OR OLD."borough_id" IS DISTINCT FROM (NEW."borough_id") OR OLD."can_teach" IS DISTINCT FROM (NEW."can_teach") OR OLD."confidence" IS DISTINCT FROM (NEW."confidence") OR OLD."confirmed_on" IS DISTINCT FROM (NEW."confirmed_on") OR OLD."headcount" IS DISTINCT FROM (NEW."headcount") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."level" IS DISTINCT FROM (NEW."level") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."skill_id" IS DISTINCT FROM (NEW."skill_id") OR OLD."source_kind" IS DISTINCT FROM (NEW."source_kind") OR OLD."source_url" IS DISTINCT FROM (NEW."source_url") OR OLD."wants_help" IS DISTINCT FROM (NEW."wants_help"))', func='INSERT INTO "skills_pastlevelevent" ("as_of", "borough_id", "can_teach", "confidence", "confirmed_on", "headcount", "id", "key", "level", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "skill_id", "source_kind", "source_url", "wants_help") VALUES (NEW."as_of", NEW."borough_id", NEW."can_teach", NEW."confidence", NEW."confirmed_on", NEW."headcount", NEW."id", NEW."key", NEW."level", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."skill_id", NEW."source_kind", NEW."source_url", NEW."wants_help"); RETURN NULL;', hash='5fcd2b210190a2e4b1cb7bd44da33afbd7332930', operation='UPDATE', pgid='pgtrigger_update_update_cb1be', table='skills_pastlevel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pastlevel',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "skills_pastlevelevent" ("as_of", "borough_id", "can_teach", "confidence", "confirmed_on", "headcount", "id", "key", "level", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "skill_id", "source_kind", "source_url", "wants_help") VALUES (OLD."as_of", OLD."borough_id", OLD."can_teach", OLD."confidence", OLD."confirmed_on", OLD."headcount", OLD."id", OLD."key", OLD."level", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."skill_id", OLD."source_kind", OLD."source_url", OLD."wants_help"); RETURN NULL;', hash='087bf9bc66b6e7e3ff204e878fe42d970459f29f', operation='DELETE', pgid='pgtrigger_delete_delete_d9b9c', table='skills_pastlevel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='skilllevel',
            trigger=pgtrigger.compiler.Trigger(name='makes_key', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.key = '' AND TG_OP = 'UPDATE' THEN\n    NEW.key := OLD.key;  -- an older version that is restored knows of no key\nEND IF;\nIF NEW.key = '' THEN\n    NEW.key := unique_key(TG_RELID, concat_ws('-', key_part((SELECT slug FROM boroughs_borough WHERE id = NEW.borough_id), 120), key_part((SELECT slug FROM skills_skill WHERE id = NEW.skill_id), 120)), NEW.id);\nEND IF;\nRETURN NEW;\n", hash='d3fd2bb597a5510668fe9e01564f06516fc1c9cb', operation='INSERT OR UPDATE', pgid='pgtrigger_makes_key_d9c5c', table='skills_skilllevel', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='skilllevel',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "skills_skilllevelevent" ("as_of", "borough_id", "can_teach", "confidence", "confirmed_on", "headcount", "id", "key", "level", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "skill_id", "source_kind", "source_url", "wants_help") VALUES (NEW."as_of", NEW."borough_id", NEW."can_teach", NEW."confidence", NEW."confirmed_on", NEW."headcount", NEW."id", NEW."key", NEW."level", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."skill_id", NEW."source_kind", NEW."source_url", NEW."wants_help"); RETURN NULL;', hash='1b0f633dc886c1dd34fa117614ed570cc6e44999', operation='INSERT', pgid='pgtrigger_insert_insert_116bc', table='skills_skilllevel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='skilllevel',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "skills_skilllevelevent" ("as_of", "borough_id", "can_teach", "confidence", "confirmed_on", "headcount", "id", "key", "level", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "skill_id", "source_kind", "source_url", "wants_help") VALUES (NEW."as_of", NEW."borough_id", NEW."can_teach", NEW."confidence", NEW."confirmed_on", NEW."headcount", NEW."id", NEW."key", NEW."level", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."skill_id", NEW."source_kind", NEW."source_url", NEW."wants_help"); RETURN NULL;', hash='7503aa3a07cb533f3650a3cbaf312ca4dfec5c1b', operation='UPDATE', pgid='pgtrigger_update_update_301a0', table='skills_skilllevel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='skilllevel',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "skills_skilllevelevent" ("as_of", "borough_id", "can_teach", "confidence", "confirmed_on", "headcount", "id", "key", "level", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "skill_id", "source_kind", "source_url", "wants_help") VALUES (OLD."as_of", OLD."borough_id", OLD."can_teach", OLD."confidence", OLD."confirmed_on", OLD."headcount", OLD."id", OLD."key", OLD."level", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."skill_id", OLD."source_kind", OLD."source_url", OLD."wants_help"); RETURN NULL;', hash='54d6ff2ac17f1d84d527b89027388fe8efa1d8ff', operation='DELETE', pgid='pgtrigger_delete_delete_a69c7', table='skills_skilllevel', when='AFTER')),
        ),
    ]
