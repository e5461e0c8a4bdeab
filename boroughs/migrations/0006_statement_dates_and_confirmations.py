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
        ('boroughs', '0005_index_of_the_33'),
    ]

    operations = [
        migrations.AlterField(
            model_name='return',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(help_text='When the source was true: 2026-11-30, 2026-11 or 2026.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='return',
            name='confirmed_on',
            field=models.DateField(blank=True, help_text='When the borough last confirmed it as it is. A change ends that. Empty: never.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='return',
            name='received_on',
            field=models.DateField(validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='returnevent',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(help_text='When the source was true: 2026-11-30, 2026-11 or 2026.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='returnevent',
            name='confirmed_on',
            field=models.DateField(blank=True, help_text='When the borough last confirmed it as it is. A change ends that. Empty: never.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='returnevent',
            name='received_on',
            field=models.DateField(validators=[citytools.facts.provenance.not_ahead]),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='return',
            trigger=pgtrigger.compiler.Trigger(name='field_ends_confirmation', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.confirmed_on = NEW.confirmed_on AND current_setting(\'citytools.confirmations\', true) IS DISTINCT FROM \'stated\' AND (OLD."borough_id" IS DISTINCT FROM NEW."borough_id" OR OLD."subject" IS DISTINCT FROM NEW."subject" OR OLD."received_on" IS DISTINCT FROM NEW."received_on" OR OLD."complete" IS DISTINCT FROM NEW."complete"))', func='NEW.confirmed_on := NULL; RETURN NEW;', hash='b3e71fcc0a788459ba4f1e380e9cea3147b5b111', operation='UPDATE', pgid='pgtrigger_field_ends_confirmation_7e09a', table='boroughs_return', when='BEFORE')),
        ),
        AddConstraintNotValid(
            model_name='return',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$'), _negated=True), ('as_of__lte', citytools.facts.provenance.LondonDayAsPreciseAs('as_of')), _connector='OR'), name='return_as_of_not_ahead', violation_error_message='The date in “as of” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='return',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_on__lte', citytools.facts.provenance.LondonDay())), name='return_confirmed_on_not_ahead', violation_error_message='The date in “confirmed on” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='return',
            constraint=models.CheckConstraint(condition=models.Q(('source_url', ''), ('source_url__iregex', '^https?://'), _connector='OR'), name='return_source_url_is_of_the_web', violation_error_message='The address must begin with https:// or http://.'),
        ),
        AddConstraintNotValid(
            model_name='return',
            constraint=models.CheckConstraint(condition=models.Q(('received_on__lte', citytools.facts.provenance.LondonDay())), name='return_received_on_not_ahead', violation_error_message='The date in “received on” lies ahead. Write today or a date that has passed.'),
        ),
    ]
