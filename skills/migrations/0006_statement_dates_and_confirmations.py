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
        ('skills', '0005_needs_name_what_there_is'),
    ]

    operations = [
        migrations.AlterField(
            model_name='pastlevel',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(help_text='When the source was true: 2026-11-30, 2026-11 or 2026.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='pastlevel',
            name='confirmed_on',
            field=models.DateField(blank=True, help_text='When the borough last confirmed it as it is. A change ends that. Empty: never.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='pastlevelevent',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(help_text='When the source was true: 2026-11-30, 2026-11 or 2026.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='pastlevelevent',
            name='confirmed_on',
            field=models.DateField(blank=True, help_text='When the borough last confirmed it as it is. A change ends that. Empty: never.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='skilllevel',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(help_text='When the source was true: 2026-11-30, 2026-11 or 2026.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='skilllevel',
            name='confirmed_on',
            field=models.DateField(blank=True, help_text='When the borough last confirmed it as it is. A change ends that. Empty: never.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='skilllevelevent',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(help_text='When the source was true: 2026-11-30, 2026-11 or 2026.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='skilllevelevent',
            name='confirmed_on',
            field=models.DateField(blank=True, help_text='When the borough last confirmed it as it is. A change ends that. Empty: never.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pastlevel',
            trigger=pgtrigger.compiler.Trigger(name='field_ends_confirmation', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.confirmed_on = NEW.confirmed_on AND current_setting(\'citytools.confirmations\', true) IS DISTINCT FROM \'stated\' AND (OLD."borough_id" IS DISTINCT FROM NEW."borough_id" OR OLD."skill_id" IS DISTINCT FROM NEW."skill_id" OR OLD."level" IS DISTINCT FROM NEW."level" OR OLD."headcount" IS DISTINCT FROM NEW."headcount" OR OLD."can_teach" IS DISTINCT FROM NEW."can_teach" OR OLD."wants_help" IS DISTINCT FROM NEW."wants_help"))', func='NEW.confirmed_on := NULL; RETURN NEW;', hash='f27fe73bba80060461592bb272cf2d2bd303b967', operation='UPDATE', pgid='pgtrigger_field_ends_confirmation_84215', table='skills_pastlevel', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='skilllevel',
            trigger=pgtrigger.compiler.Trigger(name='field_ends_confirmation', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.confirmed_on = NEW.confirmed_on AND current_setting(\'citytools.confirmations\', true) IS DISTINCT FROM \'stated\' AND (OLD."borough_id" IS DISTINCT FROM NEW."borough_id" OR OLD."skill_id" IS DISTINCT FROM NEW."skill_id" OR OLD."level" IS DISTINCT FROM NEW."level" OR OLD."headcount" IS DISTINCT FROM NEW."headcount" OR OLD."can_teach" IS DISTINCT FROM NEW."can_teach" OR OLD."wants_help" IS DISTINCT FROM NEW."wants_help"))', func='NEW.confirmed_on := NULL; RETURN NEW;', hash='81452851f1983774dacb797af1a3386146bbcbf0', operation='UPDATE', pgid='pgtrigger_field_ends_confirmation_94682', table='skills_skilllevel', when='BEFORE')),
        ),
        AddConstraintNotValid(
            model_name='pastlevel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$'), _negated=True), ('as_of__lte', citytools.facts.provenance.LondonDayAsPreciseAs('as_of')), _connector='OR'), name='pastlevel_as_of_not_ahead', violation_error_message='The date in “as of” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='pastlevel',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_on__lte', citytools.facts.provenance.LondonDay())), name='pastlevel_confirmed_on_not_ahead', violation_error_message='The date in “confirmed on” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='pastlevel',
            constraint=models.CheckConstraint(condition=models.Q(('source_url', ''), ('source_url__iregex', '^https?://'), _connector='OR'), name='pastlevel_source_url_is_of_the_web', violation_error_message='The address must begin with https:// or http://.'),
        ),
        AddConstraintNotValid(
            model_name='skilllevel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$'), _negated=True), ('as_of__lte', citytools.facts.provenance.LondonDayAsPreciseAs('as_of')), _connector='OR'), name='skilllevel_as_of_not_ahead', violation_error_message='The date in “as of” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='skilllevel',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_on__lte', citytools.facts.provenance.LondonDay())), name='skilllevel_confirmed_on_not_ahead', violation_error_message='The date in “confirmed on” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='skilllevel',
            constraint=models.CheckConstraint(condition=models.Q(('source_url', ''), ('source_url__iregex', '^https?://'), _connector='OR'), name='skilllevel_source_url_is_of_the_web', violation_error_message='The address must begin with https:// or http://.'),
        ),
    ]
