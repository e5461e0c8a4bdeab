"""Stage, tender's value and services beside IT: what runs and what sums hold depends on them."""

import django.core.validators
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0012_evidence'),
        ('contracts', '0012_evidence'),
        ('systems', '0009_evidence'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='contract',
            name='field_ends_confirmation',
        ),
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
        migrations.RemoveConstraint(
            model_name='contract',
            name='a_contract_has_known_choices',
        ),
        migrations.RemoveConstraint(
            model_name='contract',
            name='contract_values_are_not_negative',
        ),
        migrations.AddField(
            model_name='contract',
            name='includes_services',
            field=models.BooleanField(default=False, help_text='Ticked: its price also pays for work that is no IT, such as a whole service that is outsourced. It is left out of every sum.'),
        ),
        migrations.AddField(
            model_name='contract',
            name='stage',
            field=models.CharField(blank=True, choices=[('planned', 'Planned'), ('awarded', 'Awarded')], help_text='How far it had come when the source was written. A tender, a market test, a budget and leave to award are planned. Empty: not known.', max_length=10),
        ),
        migrations.AddField(
            model_name='contract',
            name='tender_value',
            field=models.DecimalField(blank=True, decimal_places=2, help_text="Pounds that the tender put on it: an estimate, never the contract's value.", max_digits=13, null=True, validators=[django.core.validators.MinValueValidator(0)]),
        ),
        migrations.AddField(
            model_name='contractevent',
            name='includes_services',
            field=models.BooleanField(default=False, help_text='Ticked: its price also pays for work that is no IT, such as a whole service that is outsourced. It is left out of every sum.'),
        ),
        migrations.AddField(
            model_name='contractevent',
            name='stage',
            field=models.CharField(blank=True, choices=[('planned', 'Planned'), ('awarded', 'Awarded')], help_text='How far it had come when the source was written. A tender, a market test, a budget and leave to award are planned. Empty: not known.', max_length=10),
        ),
        migrations.AddField(
            model_name='contractevent',
            name='tender_value',
            field=models.DecimalField(blank=True, decimal_places=2, help_text="Pounds that the tender put on it: an estimate, never the contract's value.", max_digits=13, null=True, validators=[django.core.validators.MinValueValidator(0)]),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='field_ends_confirmation', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.confirmed_on = NEW.confirmed_on AND current_setting(\'citytools.confirmations\', true) IS DISTINCT FROM \'stated\' AND (OLD."title" IS DISTINCT FROM NEW."title" OR OLD."reference" IS DISTINCT FROM NEW."reference" OR OLD."ocid" IS DISTINCT FROM NEW."ocid" OR OLD."award_id" IS DISTINCT FROM NEW."award_id" OR OLD."lead_id" IS DISTINCT FROM NEW."lead_id" OR OLD."supplier_id" IS DISTINCT FROM NEW."supplier_id" OR OLD."department" IS DISTINCT FROM NEW."department" OR OLD."starts_on" IS DISTINCT FROM NEW."starts_on" OR OLD."ends_on" IS DISTINCT FROM NEW."ends_on" OR OLD."rolling" IS DISTINCT FROM NEW."rolling" OR OLD."stage" IS DISTINCT FROM NEW."stage" OR OLD."extension_until" IS DISTINCT FROM NEW."extension_until" OR OLD."notice_months" IS DISTINCT FROM NEW."notice_months" OR OLD."annual_value" IS DISTINCT FROM NEW."annual_value" OR OLD."total_value" IS DISTINCT FROM NEW."total_value" OR OLD."tender_value" IS DISTINCT FROM NEW."tender_value" OR OLD."vat" IS DISTINCT FROM NEW."vat" OR OLD."route" IS DISTINCT FROM NEW."route" OR OLD."framework_id" IS DISTINCT FROM NEW."framework_id"))', func='NEW.confirmed_on := NULL; RETURN NEW;', hash='6a367728b261950b65880767e57d7effd257d162', operation='UPDATE', pgid='pgtrigger_field_ends_confirmation_f51de', table='contracts_contract', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_contractevent" ("annual_value", "as_of", "award_id", "confidence", "confirmed_on", "department", "ends_on", "extension_until", "framework_id", "id", "includes_services", "key", "lead_id", "note", "notice_months", "ocid", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "reference", "rolling", "route", "source_kind", "source_url", "stage", "starts_on", "supplier_id", "tender_value", "title", "total_value", "vat") VALUES (NEW."annual_value", NEW."as_of", NEW."award_id", NEW."confidence", NEW."confirmed_on", NEW."department", NEW."ends_on", NEW."extension_until", NEW."framework_id", NEW."id", NEW."includes_services", NEW."key", NEW."lead_id", NEW."note", NEW."notice_months", NEW."ocid", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."read_on", NEW."reference", NEW."rolling", NEW."route", NEW."source_kind", NEW."source_url", NEW."stage", NEW."starts_on", NEW."supplier_id", NEW."tender_value", NEW."title", NEW."total_value", NEW."vat"); RETURN NULL;', hash='012a0a29881d657db365b4e234d0d40ac2635b6f', operation='INSERT', pgid='pgtrigger_insert_insert_5fe2a', table='contracts_contract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."annual_value" IS DISTINCT FROM (NEW."annual_value") OR OLD."as_of" IS DISTINCT FROM (NEW."as_of") OR OLD."award_id" IS DISTINCT FROM (NEW."award_id") OR OLD."confidence" IS DISTINCT FROM (NEW."confidence") OR OLD."confirmed_on" IS DISTINCT FROM (NEW."confirmed_on") OR OLD."department" IS DISTINCT FROM (NEW."department") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."extension_until" IS DISTINCT FROM (NEW."extension_until") OR OLD."framework_id" IS DISTINCT FROM (NEW."framework_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."includes_services" IS DISTINCT FROM (NEW."includes_services") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."notice_months" IS DISTINCT FROM (NEW."notice_months") OR OLD."ocid" IS DISTINCT FROM (NEW."ocid") OR OLD."read_on" IS DISTINCT FROM (NEW."read_on") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."rolling" IS DISTINCT FROM (NEW."rolling") OR OLD."route" IS DISTINCT FROM (NEW."route") OR OLD."source_kind" IS DISTINCT FROM (NEW."source_kind") OR OLD."source_url" IS DISTINCT FROM (NEW."source_url") OR OLD."stage" IS DISTINCT FROM (NEW."stage") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."supplier_id" IS DISTINCT FROM (NEW."supplier_id") OR OLD."tender_value" IS DISTINCT FROM (NEW."tender_value") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."total_value" IS DISTINCT FROM (NEW."total_value") OR OLD."vat" IS DISTINCT FROM (NEW."vat"))', func='INSERT INTO "contracts_contractevent" ("annual_value", "as_of", "award_id", "confidence", "confirmed_on", "department", "ends_on", "extension_until", "framework_id", "id", "includes_services", "key", "lead_id", "note", "notice_months", "ocid", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "reference", "rolling", "route", "source_kind", "source_url", "stage", "starts_on", "supplier_id", "tender_value", "title", "total_value", "vat") VALUES (NEW."annual_value", NEW."as_of", NEW."award_id", NEW."confidence", NEW."confirmed_on", NEW."department", NEW."ends_on", NEW."extension_until", NEW."framework_id", NEW."id", NEW."includes_services", NEW."key", NEW."lead_id", NEW."note", NEW."notice_months", NEW."ocid", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."read_on", NEW."reference", NEW."rolling", NEW."route", NEW."source_kind", NEW."source_url", NEW."stage", NEW."starts_on", NEW."supplier_id", NEW."tender_value", NEW."title", NEW."total_value", NEW."vat"); RETURN NULL;', hash='d21a8a6bda69369745da4ba9ae340d2170685066', operation='UPDATE', pgid='pgtrigger_update_update_3acc9', table='contracts_contract', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "contracts_contractevent" ("annual_value", "as_of", "award_id", "confidence", "confirmed_on", "department", "ends_on", "extension_until", "framework_id", "id", "includes_services", "key", "lead_id", "note", "notice_months", "ocid", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "reference", "rolling", "route", "source_kind", "source_url", "stage", "starts_on", "supplier_id", "tender_value", "title", "total_value", "vat") VALUES (OLD."annual_value", OLD."as_of", OLD."award_id", OLD."confidence", OLD."confirmed_on", OLD."department", OLD."ends_on", OLD."extension_until", OLD."framework_id", OLD."id", OLD."includes_services", OLD."key", OLD."lead_id", OLD."note", OLD."notice_months", OLD."ocid", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."read_on", OLD."reference", OLD."rolling", OLD."route", OLD."source_kind", OLD."source_url", OLD."stage", OLD."starts_on", OLD."supplier_id", OLD."tender_value", OLD."title", OLD."total_value", OLD."vat"); RETURN NULL;', hash='d32b36a2ee8f87cf41dfe878d6e6f062de2f87a8', operation='DELETE', pgid='pgtrigger_delete_delete_6ed57', table='contracts_contract', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('vat__in', ['', 'excluding', 'including']), ('route__in', ['', 'open', 'restricted', 'competitive_flexible', 'negotiated', 'framework_competition', 'framework_direct', 'direct_award', 'quote', 'extension', 'modification', 'waiver']), ('stage__in', ['', 'planned', 'awarded'])), name='a_contract_has_known_choices'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('annual_value', None), ('annual_value__gte', 0), _connector='OR'), models.Q(('total_value', None), ('total_value__gte', 0), _connector='OR'), models.Q(('tender_value', None), ('tender_value__gte', 0), _connector='OR')), name='contract_values_are_not_negative'),
        ),
    ]
