"""No statement lies ahead, links are of the web, and a change ends a confirmation.

NOT VALID, so that a row which breaks a rule already stops no upgrade and is not lost: see
citytools.facts.provenance, which validates the rules or names the rows.
"""

import citytools.facts.dates
import citytools.facts.provenance
import django.core.validators
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0006_statement_dates_and_confirmations'),
        ('research', '0004_values_claims_and_states'),
        ('systems', '0004_statement_dates_and_confirmations'),
    ]

    operations = [
        migrations.AlterField(
            model_name='casestudy',
            name='happened_on',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='A day (2026-11-30), a month (2026-11) or a year (2026).', max_length=10, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='casestudyevent',
            name='happened_on',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='A day (2026-11-30), a month (2026-11) or a year (2026).', max_length=10, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='finding',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='When the claim was made.', max_length=10, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='findingevent',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='When the claim was made.', max_length=10, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='source',
            name='published_on',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='A day (2026-11-30), a month (2026-11) or a year (2026).', max_length=10, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='source',
            name='url',
            field=models.URLField(blank=True, max_length=500, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])]),
        ),
        migrations.AlterField(
            model_name='sourceevent',
            name='published_on',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='A day (2026-11-30), a month (2026-11) or a year (2026).', max_length=10, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='sourceevent',
            name='url',
            field=models.URLField(blank=True, max_length=500, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])]),
        ),
        AddConstraintNotValid(
            model_name='casestudy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('happened_on__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$'), _negated=True), ('happened_on__lte', citytools.facts.provenance.LondonDayAsPreciseAs('happened_on')), _connector='OR'), name='casestudy_happened_on_not_ahead', violation_error_message='The date in “happened on” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$'), _negated=True), ('as_of__lte', citytools.facts.provenance.LondonDayAsPreciseAs('as_of')), _connector='OR'), name='finding_as_of_not_ahead', violation_error_message='The date in “as of” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('rows', ''), ('rows__regex', '^/($|[^/\\\\])'), _connector='OR'), name='a_finding_links_to_rows_of_this_site', violation_error_message="Write the rows' page from its / on: /systems/?q=uniform."),
        ),
        AddConstraintNotValid(
            model_name='source',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_on__regex', '^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$'), _negated=True), ('published_on__lte', citytools.facts.provenance.LondonDayAsPreciseAs('published_on')), _connector='OR'), name='source_published_on_not_ahead', violation_error_message='The date in “published on” lies ahead. Write today or a date that has passed.'),
        ),
        AddConstraintNotValid(
            model_name='source',
            constraint=models.CheckConstraint(condition=models.Q(('url', ''), ('url__iregex', '^https?://'), _connector='OR'), name='source_url_is_of_the_web', violation_error_message='The address must begin with https:// or http://.'),
        ),
    ]
