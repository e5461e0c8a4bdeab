"""A source that bears no day says when we read it; public websites are a kind of source."""

import citytools.facts.dates
import citytools.facts.provenance
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0011_event_keys'),
    ]

    operations = [
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
        migrations.RemoveConstraint(
            model_name='return',
            name='return_has_a_known_kind_of_source',
        ),
        migrations.RemoveConstraint(
            model_name='return',
            name='return_says_as_of_when',
        ),
        migrations.AddField(
            model_name='return',
            name='read_on',
            field=models.DateField(blank=True, help_text='When we read the source. Needed where it bears no day.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AddField(
            model_name='returnevent',
            name='read_on',
            field=models.DateField(blank=True, help_text='When we read the source. Needed where it bears no day.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='return',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='When the source was true: 2026-11-30, 2026-11 or 2026. Empty: it bears no day.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='return',
            name='source_kind',
            field=models.CharField(choices=[('return', "Borough's return"), ('foi', 'Freedom of information answer'), ('decision', 'Council decision'), ('notice', 'Procurement notice'), ('website', 'Public website'), ('public_code', 'Public code'), ('press', 'Press report'), ('illustrative', 'Invented for demonstration')], help_text='How this fact reached us.', max_length=20, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='returnevent',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='When the source was true: 2026-11-30, 2026-11 or 2026. Empty: it bears no day.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='returnevent',
            name='source_kind',
            field=models.CharField(choices=[('return', "Borough's return"), ('foi', 'Freedom of information answer'), ('decision', 'Council decision'), ('notice', 'Procurement notice'), ('website', 'Public website'), ('public_code', 'Public code'), ('press', 'Press report'), ('illustrative', 'Invented for demonstration')], help_text='How this fact reached us.', max_length=20, verbose_name='source'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='return',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "boroughs_returnevent" ("as_of", "borough_id", "complete", "confidence", "confirmed_on", "id", "key", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "received_on", "source_kind", "source_url", "subject") VALUES (NEW."as_of", NEW."borough_id", NEW."complete", NEW."confidence", NEW."confirmed_on", NEW."id", NEW."key", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."read_on", NEW."received_on", NEW."source_kind", NEW."source_url", NEW."subject"); RETURN NULL;', hash='cfa87e037166f93c100f2ba043b757a88d8f8d32', operation='INSERT', pgid='pgtrigger_insert_insert_f52e9', table='boroughs_return', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='return',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "boroughs_returnevent" ("as_of", "borough_id", "complete", "confidence", "confirmed_on", "id", "key", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "received_on", "source_kind", "source_url", "subject") VALUES (NEW."as_of", NEW."borough_id", NEW."complete", NEW."confidence", NEW."confirmed_on", NEW."id", NEW."key", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."read_on", NEW."received_on", NEW."source_kind", NEW."source_url", NEW."subject"); RETURN NULL;', hash='b4fa699153120e60ecc19854c9b16b2300ea83e3', operation='UPDATE', pgid='pgtrigger_update_update_b0ec6', table='boroughs_return', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='return',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "boroughs_returnevent" ("as_of", "borough_id", "complete", "confidence", "confirmed_on", "id", "key", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "received_on", "source_kind", "source_url", "subject") VALUES (OLD."as_of", OLD."borough_id", OLD."complete", OLD."confidence", OLD."confirmed_on", OLD."id", OLD."key", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."read_on", OLD."received_on", OLD."source_kind", OLD."source_url", OLD."subject"); RETURN NULL;', hash='202668d92da61649facceac5b47df68e88270e7b', operation='DELETE', pgid='pgtrigger_delete_delete_860fb', table='boroughs_return', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='return',
            constraint=models.CheckConstraint(condition=models.Q(('source_kind__in', ['return', 'foi', 'decision', 'notice', 'website', 'public_code', 'press', 'illustrative'])), name='return_has_a_known_kind_of_source', violation_error_message='Choose how this fact reached us (source).'),
        ),
        migrations.AddConstraint(
            model_name='return',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of', ''), _negated=True), ('read_on__isnull', False), _connector='OR'), name='return_says_as_of_when', violation_error_message='Say as of when this was true (a day, a month or a year), or when you read a source that bears no day.'),
        ),
        migrations.AddConstraint(
            model_name='return',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of', ''), _negated=True), models.Q(('confidence', 'high'), _negated=True), _connector='OR'), name='return_undated_is_medium_at_most', violation_error_message='A source that bears no day carries a fact with medium confidence at most: choose medium or low.'),
        ),
        migrations.AddConstraint(
            model_name='return',
            constraint=models.CheckConstraint(condition=models.Q(('read_on__lte', citytools.facts.provenance.LondonDay())), name='return_read_on_not_ahead', violation_error_message='The date in “read on” lies ahead. Write today or a date that has passed.'),
        ),
        migrations.AddConstraint(
            model_name='return',
            constraint=models.CheckConstraint(condition=models.Q(('as_of', ''), _negated=True), name='a_return_says_as_of_when', violation_error_message='Say as of when this was true: a day, a month or a year.'),
        ),
    ]
