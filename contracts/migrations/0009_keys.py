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
        ('contracts', '0008_search_text'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='contract',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='contract',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='contract',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='contract',
            name='key',
            field=models.SlugField(db_default='', db_index=False, editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255),
        ),
        migrations.AddField(
            model_name='contractevent',
            name='key',
            field=models.SlugField(db_default='', db_index=False, editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255),
        ),
        migrations.RunSQL(
            FILL.format(
                table='contracts_contract',
                base="concat_ws('-', key_part((SELECT slug FROM boroughs_borough WHERE id = record.lead_id), 120), key_part(title, 60), key_part(starts_on, 4))",
            ),
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='contract',
            name='key',
            field=models.SlugField(db_default='', editable=False, help_text="The record's name in addresses and files. It never changes.", max_length=255, unique=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='makes_key', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF NEW.key = '' AND TG_OP = 'UPDATE' THEN\n    NEW.key := OLD.key;  -- an older version that is restored knows of no key\nEND IF;\nIF NEW.key = '' THEN\n    NEW.key := unique_key(TG_RELID, concat_ws('-', key_part((SELECT slug FROM boroughs_borough WHERE id = NEW.lead_id), 120), key_part(NEW.title::text, 60), key_part(NEW.starts_on::text, 4)), NEW.id);\nEND IF;\nRETURN NEW;\n", hash='cd139432af3df22c191cd095b5d337bc97852995', operation='INSERT OR UPDATE', pgid='pgtrigger_makes_key_c2013', table='contracts_contract', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_contractevent" ("annual_value", "as_of", "award_id", "confidence", "confirmed_on", "department", "ends_on", "extension_until", "framework_id", "id", "key", "lead_id", "note", "notice_months", "ocid", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "rolling", "route", "source_kind", "source_url", "starts_on", "supplier_id", "title", "total_value", "vat") VALUES (NEW."annual_value", NEW."as_of", NEW."award_id", NEW."confidence", NEW."confirmed_on", NEW."department", NEW."ends_on", NEW."extension_until", NEW."framework_id", NEW."id", NEW."key", NEW."lead_id", NEW."note", NEW."notice_months", NEW."ocid", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reference", NEW."rolling", NEW."route", NEW."source_kind", NEW."source_url", NEW."starts_on", NEW."supplier_id", NEW."title", NEW."total_value", NEW."vat"); RETURN NULL;', hash='7adae6e438800d2ae3100a4942b39dc0eef6cef8', operation='INSERT', pgid='pgtrigger_insert_insert_5fe2a', table='contracts_contract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."annual_value" IS DISTINCT FROM (NEW."annual_value") OR OLD."as_of" IS DISTINCT FROM (NEW."as_of") OR OLD."award_id" IS DISTINCT FROM (NEW."award_id") OR OLD."confidence" IS DISTINCT FROM (NEW."confidence") OR OLD."confirmed_on" IS DISTINCT FROM (NEW."confirmed_on") OR OLD."department" IS DISTINCT FROM (NEW."department") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."extension_until" IS DISTINCT FROM (NEW."extension_until") OR OLD."framework_id" IS DISTINCT FROM (NEW."framework_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."notice_months" IS DISTINCT FROM (NEW."notice_months") OR OLD."ocid" IS DISTINCT FROM (NEW."ocid") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."rolling" IS DISTINCT FROM (NEW."rolling") OR OLD."route" IS DISTINCT FROM (NEW."route") OR OLD."source_kind" IS DISTINCT FROM (NEW."source_kind") OR OLD."source_url" IS DISTINCT FROM (NEW."source_url") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."supplier_id" IS DISTINCT FROM (NEW."supplier_id") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."total_value" IS DISTINCT FROM (NEW."total_value") OR OLD."vat" IS DISTINCT FROM (NEW."vat"))', func='INSERT INTO "contracts_contractevent" ("annual_value", "as_of", "award_id", "confidence", "confirmed_on", "department", "ends_on", "extension_until", "framework_id", "id", "key", "lead_id", "note", "notice_months", "ocid", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "rolling", "route", "source_kind", "source_url", "starts_on", "supplier_id", "title", "total_value", "vat") VALUES (NEW."annual_value", NEW."as_of", NEW."award_id", NEW."confidence", NEW."confirmed_on", NEW."department", NEW."ends_on", NEW."extension_until", NEW."framework_id", NEW."id", NEW."key", NEW."lead_id", NEW."note", NEW."notice_months", NEW."ocid", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reference", NEW."rolling", NEW."route", NEW."source_kind", NEW."source_url", NEW."starts_on", NEW."supplier_id", NEW."title", NEW."total_value", NEW."vat"); RETURN NULL;', hash='03d5ad0783e6ce8294598a50d1fddf5c0e6e22a2', operation='UPDATE', pgid='pgtrigger_update_update_3acc9', table='contracts_contract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_contractevent" ("annual_value", "as_of", "award_id", "confidence", "confirmed_on", "department", "ends_on", "extension_until", "framework_id", "id", "key", "lead_id", "note", "notice_months", "ocid", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "rolling", "route", "source_kind", "source_url", "starts_on", "supplier_id", "title", "total_value", "vat") VALUES (OLD."annual_value", OLD."as_of", OLD."award_id", OLD."confidence", OLD."confirmed_on", OLD."department", OLD."ends_on", OLD."extension_until", OLD."framework_id", OLD."id", OLD."key", OLD."lead_id", OLD."note", OLD."notice_months", OLD."ocid", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reference", OLD."rolling", OLD."route", OLD."source_kind", OLD."source_url", OLD."starts_on", OLD."supplier_id", OLD."title", OLD."total_value", OLD."vat"); RETURN NULL;', hash='75abf0064c3e72a94356a239dd426f35d116cdb4', operation='DELETE', pgid='pgtrigger_delete_delete_6ed57', table='contracts_contract', when='AFTER')),
        ),
    ]
