"""No statement lies ahead, links are of the web, and a change ends a confirmation.

NOT VALID, so that a row which breaks a rule already stops no upgrade and is not lost: see
citytools.facts.provenance, which validates the rules or names the rows.
"""

import citytools.facts.dates
import citytools.facts.provenance
import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0006_statement_dates_and_confirmations'),
        ('contracts', '0006_indexes_of_the_search'),
        ('systems', '0004_statement_dates_and_confirmations'),
    ]

    operations = [
        migrations.AlterField(
            model_name='contract',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(help_text='When the source was true: 2026-11-30, 2026-11 or 2026.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='contract',
            name='confirmed_on',
            field=models.DateField(blank=True, help_text='When the borough last confirmed it as it is. A change ends that. Empty: never.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='contractevent',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(help_text='When the source was true: 2026-11-30, 2026-11 or 2026.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='contractevent',
            name='confirmed_on',
            field=models.DateField(blank=True, help_text='When the borough last confirmed it as it is. A change ends that. Empty: never.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contract',
            trigger=pgtrigger.compiler.Trigger(name='field_ends_confirmation', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.confirmed_on = NEW.confirmed_on AND current_setting(\'citytools.confirmations\', true) IS DISTINCT FROM \'stated\' AND (OLD."title" IS DISTINCT FROM NEW."title" OR OLD."reference" IS DISTINCT FROM NEW."reference" OR OLD."ocid" IS DISTINCT FROM NEW."ocid" OR OLD."award_id" IS DISTINCT FROM NEW."award_id" OR OLD."lead_id" IS DISTINCT FROM NEW."lead_id" OR OLD."supplier_id" IS DISTINCT FROM NEW."supplier_id" OR OLD."department" IS DISTINCT FROM NEW."department" OR OLD."starts_on" IS DISTINCT FROM NEW."starts_on" OR OLD."ends_on" IS DISTINCT FROM NEW."ends_on" OR OLD."rolling" IS DISTINCT FROM NEW."rolling" OR OLD."extension_until" IS DISTINCT FROM NEW."extension_until" OR OLD."notice_months" IS DISTINCT FROM NEW."notice_months" OR OLD."annual_value" IS DISTINCT FROM NEW."annual_value" OR OLD."total_value" IS DISTINCT FROM NEW."total_value" OR OLD."vat" IS DISTINCT FROM NEW."vat" OR OLD."route" IS DISTINCT FROM NEW."route" OR OLD."framework_id" IS DISTINCT FROM NEW."framework_id"))', func='NEW.confirmed_on := NULL; RETURN NEW;', hash='a34cc4ad124d2689ae3d28dccb6bc93bf382371d', operation='UPDATE', pgid='pgtrigger_field_ends_confirmation_f51de', table='contracts_contract', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contractfunction',
            trigger=pgtrigger.compiler.Trigger(name='function_ends_confirmation', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\nIF current_setting('citytools.confirmations', true) IS DISTINCT FROM 'stated' THEN\n    UPDATE contracts_contract AS record SET confirmed_on = NULL\n    WHERE record.id IN (OLD.contract_id, NEW.contract_id) AND record.confirmed_on IS NOT NULL\n    AND NOT EXISTS (\n        SELECT 1 FROM contracts_contractevent AS event\n        WHERE event.pgh_obj_id = record.id AND event.pgh_created_at = now()\n        AND event.confirmed_on = record.confirmed_on\n        AND (event.pgh_label = 'insert' OR event.confirmed_on IS DISTINCT FROM (\n            SELECT earlier.confirmed_on FROM contracts_contractevent AS earlier\n            WHERE earlier.pgh_obj_id = record.id AND earlier.pgh_id < event.pgh_id\n            ORDER BY earlier.pgh_id DESC LIMIT 1\n        ))\n    );\nEND IF;\nRETURN NULL;\n", hash='a84afc81674ebfe49597382add70c9b092f5926d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_function_ends_confirmation_a1509', table='contracts_contract_functions', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contractpartner',
            trigger=pgtrigger.compiler.Trigger(name='partner_ends_confirmation', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\nIF current_setting('citytools.confirmations', true) IS DISTINCT FROM 'stated' THEN\n    UPDATE contracts_contract AS record SET confirmed_on = NULL\n    WHERE record.id IN (OLD.contract_id, NEW.contract_id) AND record.confirmed_on IS NOT NULL\n    AND NOT EXISTS (\n        SELECT 1 FROM contracts_contractevent AS event\n        WHERE event.pgh_obj_id = record.id AND event.pgh_created_at = now()\n        AND event.confirmed_on = record.confirmed_on\n        AND (event.pgh_label = 'insert' OR event.confirmed_on IS DISTINCT FROM (\n            SELECT earlier.confirmed_on FROM contracts_contractevent AS earlier\n            WHERE earlier.pgh_obj_id = record.id AND earlier.pgh_id < event.pgh_id\n            ORDER BY earlier.pgh_id DESC LIMIT 1\n        ))\n    );\nEND IF;\nRETURN NULL;\n", hash='52b85f55d5681eb770d77057c83c8f42f825d3ed', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_partner_ends_confirmation_cf12a', table='contracts_contractpartner', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contractsystem',
            trigger=pgtrigger.compiler.Trigger(name='system_ends_confirmation', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\nIF current_setting('citytools.confirmations', true) IS DISTINCT FROM 'stated' THEN\n    UPDATE contracts_contract AS record SET confirmed_on = NULL\n    WHERE record.id IN (OLD.contract_id, NEW.contract_id) AND record.confirmed_on IS NOT NULL\n    AND NOT EXISTS (\n        SELECT 1 FROM contracts_contractevent AS event\n        WHERE event.pgh_obj_id = record.id AND event.pgh_created_at = now()\n        AND event.confirmed_on = record.confirmed_on\n        AND (event.pgh_label = 'insert' OR event.confirmed_on IS DISTINCT FROM (\n            SELECT earlier.confirmed_on FROM contracts_contractevent AS earlier\n            WHERE earlier.pgh_obj_id = record.id AND earlier.pgh_id < event.pgh_id\n            ORDER BY earlier.pgh_id DESC LIMIT 1\n        ))\n    );\nEND IF;\nRETURN NULL;\n", hash='511b43a2e4e76c7bb3bff9ffe2d2c4326f1956bd', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_system_ends_confirmation_28bbf', table='contracts_contractsystem', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        AddConstraintNotValid(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$'), _negated=True), ('as_of__lte', citytools.facts.provenance.LondonDayAsPreciseAs('as_of')), _connector='OR'), name='contract_as_of_not_ahead', violation_error_message='The date in “as of” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_on__lte', citytools.facts.provenance.LondonDay())), name='contract_confirmed_on_not_ahead', violation_error_message='The date in “confirmed on” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('source_url', ''), ('source_url__iregex', '^https?://'), _connector='OR'), name='contract_source_url_is_of_the_web', violation_error_message='The address must begin with https:// or http://.'),
        ),
    ]
