"""A source that bears no day says when we read it; frameworks can be illustrative."""

import citytools.facts.dates
import citytools.facts.provenance
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0012_evidence'),
        ('contracts', '0011_event_keys'),
        ('systems', '0009_evidence'),
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
        pgtrigger.migrations.RemoveTrigger(
            model_name='framework',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='framework',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='framework',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='contract',
            name='contract_has_a_known_kind_of_source',
        ),
        migrations.RemoveConstraint(
            model_name='contract',
            name='contract_says_as_of_when',
        ),
        migrations.AddField(
            model_name='contract',
            name='read_on',
            field=models.DateField(blank=True, help_text='When we read the source. Needed where it bears no day.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AddField(
            model_name='contractevent',
            name='read_on',
            field=models.DateField(blank=True, help_text='When we read the source. Needed where it bears no day.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AddField(
            model_name='framework',
            name='illustrative',
            field=models.BooleanField(default=False, verbose_name='invented for demonstration'),
        ),
        migrations.AddField(
            model_name='frameworkevent',
            name='illustrative',
            field=models.BooleanField(default=False, verbose_name='invented for demonstration'),
        ),
        migrations.AlterField(
            model_name='contract',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='When the source was true: 2026-11-30, 2026-11 or 2026. Empty: it bears no day.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='contract',
            name='source_kind',
            field=models.CharField(choices=[('return', "Borough's return"), ('foi', 'Freedom of information answer'), ('decision', 'Council decision'), ('notice', 'Procurement notice'), ('website', 'Public website'), ('public_code', 'Public code'), ('press', 'Press report'), ('illustrative', 'Invented for demonstration')], help_text='How this fact reached us.', max_length=20, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='contractevent',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='When the source was true: 2026-11-30, 2026-11 or 2026. Empty: it bears no day.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='contractevent',
            name='source_kind',
            field=models.CharField(choices=[('return', "Borough's return"), ('foi', 'Freedom of information answer'), ('decision', 'Council decision'), ('notice', 'Procurement notice'), ('website', 'Public website'), ('public_code', 'Public code'), ('press', 'Press report'), ('illustrative', 'Invented for demonstration')], help_text='How this fact reached us.', max_length=20, verbose_name='source'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_contractevent" ("annual_value", "as_of", "award_id", "confidence", "confirmed_on", "department", "ends_on", "extension_until", "framework_id", "id", "key", "lead_id", "note", "notice_months", "ocid", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "reference", "rolling", "route", "source_kind", "source_url", "starts_on", "supplier_id", "title", "total_value", "vat") VALUES (NEW."annual_value", NEW."as_of", NEW."award_id", NEW."confidence", NEW."confirmed_on", NEW."department", NEW."ends_on", NEW."extension_until", NEW."framework_id", NEW."id", NEW."key", NEW."lead_id", NEW."note", NEW."notice_months", NEW."ocid", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."read_on", NEW."reference", NEW."rolling", NEW."route", NEW."source_kind", NEW."source_url", NEW."starts_on", NEW."supplier_id", NEW."title", NEW."total_value", NEW."vat"); RETURN NULL;', hash='f2e28c40601e66b719b2c18f141b4b1850afc4e2', operation='INSERT', pgid='pgtrigger_insert_insert_5fe2a', table='contracts_contract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."annual_value" IS DISTINCT FROM (NEW."annual_value") OR OLD."as_of" IS DISTINCT FROM (NEW."as_of") OR OLD."award_id" IS DISTINCT FROM (NEW."award_id") OR OLD."confidence" IS DISTINCT FROM (NEW."confidence") OR OLD."confirmed_on" IS DISTINCT FROM (NEW."confirmed_on") OR OLD."department" IS DISTINCT FROM (NEW."department") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."extension_until" IS DISTINCT FROM (NEW."extension_until") OR OLD."framework_id" IS DISTINCT FROM (NEW."framework_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."notice_months" IS DISTINCT FROM (NEW."notice_months") OR OLD."ocid" IS DISTINCT FROM (NEW."ocid") OR OLD."read_on" IS DISTINCT FROM (NEW."read_on") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."rolling" IS DISTINCT FROM (NEW."rolling") OR OLD."route" IS DISTINCT FROM (NEW."route") OR OLD."source_kind" IS DISTINCT FROM (NEW."source_kind") OR OLD."source_url" IS DISTINCT FROM (NEW."source_url") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."supplier_id" IS DISTINCT FROM (NEW."supplier_id") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."total_value" IS DISTINCT FROM (NEW."total_value") OR OLD."vat" IS DISTINCT FROM (NEW."vat"))', func='INSERT INTO "contracts_contractevent" ("annual_value", "as_of", "award_id", "confidence", "confirmed_on", "department", "ends_on", "extension_until", "framework_id", "id", "key", "lead_id", "note", "notice_months", "ocid", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "reference", "rolling", "route", "source_kind", "source_url", "starts_on", "supplier_id", "title", "total_value", "vat") VALUES (NEW."annual_value", NEW."as_of", NEW."award_id", NEW."confidence", NEW."confirmed_on", NEW."department", NEW."ends_on", NEW."extension_until", NEW."framework_id", NEW."id", NEW."key", NEW."lead_id", NEW."note", NEW."notice_months", NEW."ocid", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."read_on", NEW."reference", NEW."rolling", NEW."route", NEW."source_kind", NEW."source_url", NEW."starts_on", NEW."supplier_id", NEW."title", NEW."total_value", NEW."vat"); RETURN NULL;', hash='25be6c8d610e1ce21d0aeb93c35e1faccf6095b3', operation='UPDATE', pgid='pgtrigger_update_update_3acc9', table='contracts_contract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_contractevent" ("annual_value", "as_of", "award_id", "confidence", "confirmed_on", "department", "ends_on", "extension_until", "framework_id", "id", "key", "lead_id", "note", "notice_months", "ocid", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "reference", "rolling", "route", "source_kind", "source_url", "starts_on", "supplier_id", "title", "total_value", "vat") VALUES (OLD."annual_value", OLD."as_of", OLD."award_id", OLD."confidence", OLD."confirmed_on", OLD."department", OLD."ends_on", OLD."extension_until", OLD."framework_id", OLD."id", OLD."key", OLD."lead_id", OLD."note", OLD."notice_months", OLD."ocid", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."read_on", OLD."reference", OLD."rolling", OLD."route", OLD."source_kind", OLD."source_url", OLD."starts_on", OLD."supplier_id", OLD."title", OLD."total_value", OLD."vat"); RETURN NULL;', hash='c4a011c3d48d8b2e4381e688fe34055bbff2caf4', operation='DELETE', pgid='pgtrigger_delete_delete_6ed57', table='contracts_contract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='framework',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_frameworkevent" ("ends_on", "id", "illustrative", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "reference", "slug", "source", "starts_on") VALUES (NEW."ends_on", NEW."id", NEW."illustrative", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."provider", NEW."reference", NEW."slug", NEW."source", NEW."starts_on"); RETURN NULL;', hash='080983ec8e0061c4338d61e4d32908721057c015', operation='INSERT', pgid='pgtrigger_insert_insert_d25a0', table='contracts_framework', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='framework',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "contracts_frameworkevent" ("ends_on", "id", "illustrative", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "reference", "slug", "source", "starts_on") VALUES (NEW."ends_on", NEW."id", NEW."illustrative", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."provider", NEW."reference", NEW."slug", NEW."source", NEW."starts_on"); RETURN NULL;', hash='9fea7a223fbdadf53506f057372dea786f8c0344', operation='UPDATE', pgid='pgtrigger_update_update_2630a', table='contracts_framework', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='framework',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_frameworkevent" ("ends_on", "id", "illustrative", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "reference", "slug", "source", "starts_on") VALUES (OLD."ends_on", OLD."id", OLD."illustrative", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."provider", OLD."reference", OLD."slug", OLD."source", OLD."starts_on"); RETURN NULL;', hash='a9d86aa0b526aafdff770b8e65e150311f94b88e', operation='DELETE', pgid='pgtrigger_delete_delete_d91c0', table='contracts_framework', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('source_kind__in', ['return', 'foi', 'decision', 'notice', 'website', 'public_code', 'press', 'illustrative'])), name='contract_has_a_known_kind_of_source', violation_error_message='Choose how this fact reached us (source).'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of', ''), _negated=True), ('read_on__isnull', False), _connector='OR'), name='contract_says_as_of_when', violation_error_message='Say as of when this was true (a day, a month or a year), or when you read a source that bears no day.'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of', ''), _negated=True), models.Q(('confidence', 'high'), _negated=True), _connector='OR'), name='contract_undated_is_medium_at_most', violation_error_message='A source that bears no day carries a fact with medium confidence at most: choose medium or low.'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('read_on__lte', citytools.facts.provenance.LondonDay())), name='contract_read_on_not_ahead', violation_error_message='The date in “read on” lies ahead. Write today or a date that has passed.'),
        ),
    ]
