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
        ('systems', '0003_also_called'),
    ]

    operations = [
        migrations.AlterField(
            model_name='system',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(help_text='When the source was true: 2026-11-30, 2026-11 or 2026.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='system',
            name='confirmed_on',
            field=models.DateField(blank=True, help_text='When the borough last confirmed it as it is. A change ends that. Empty: never.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='systemevent',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(help_text='When the source was true: 2026-11-30, 2026-11 or 2026.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='systemevent',
            name='confirmed_on',
            field=models.DateField(blank=True, help_text='When the borough last confirmed it as it is. A change ends that. Empty: never.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='system',
            trigger=pgtrigger.compiler.Trigger(name='field_ends_confirmation', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.confirmed_on = NEW.confirmed_on AND current_setting(\'citytools.confirmations\', true) IS DISTINCT FROM \'stated\' AND (OLD."borough_id" IS DISTINCT FROM NEW."borough_id" OR OLD."product_id" IS DISTINCT FROM NEW."product_id" OR OLD."function_id" IS DISTINCT FROM NEW."function_id" OR OLD."hosting" IS DISTINCT FROM NEW."hosting" OR OLD."status" IS DISTINCT FROM NEW."status" OR OLD."live_since" IS DISTINCT FROM NEW."live_since" OR OLD."users" IS DISTINCT FROM NEW."users" OR OLD."satisfaction" IS DISTINCT FROM NEW."satisfaction" OR OLD."intention" IS DISTINCT FROM NEW."intention"))', func='NEW.confirmed_on := NULL; RETURN NEW;', hash='a62c1dffd3cbf658a454ee43b2491265f3ed7d90', operation='UPDATE', pgid='pgtrigger_field_ends_confirmation_4e550', table='systems_system', when='BEFORE')),
        ),
        AddConstraintNotValid(
            model_name='system',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$'), _negated=True), ('as_of__lte', citytools.facts.provenance.LondonDayAsPreciseAs('as_of')), _connector='OR'), name='system_as_of_not_ahead', violation_error_message='The date in “as of” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='system',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_on__lte', citytools.facts.provenance.LondonDay())), name='system_confirmed_on_not_ahead', violation_error_message='The date in “confirmed on” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='system',
            constraint=models.CheckConstraint(condition=models.Q(('source_url', ''), ('source_url__iregex', '^https?://'), _connector='OR'), name='system_source_url_is_of_the_web', violation_error_message='The address must begin with https:// or http://.'),
        ),
    ]
