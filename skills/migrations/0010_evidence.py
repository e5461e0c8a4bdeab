"""A source that bears no day says when we read it; levels still bear one."""

import citytools.facts.dates
import citytools.facts.provenance
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0012_evidence'),
        ('skills', '0009_event_keys'),
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
            name='keep_what_an_earlier_return_said',
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
        migrations.RemoveConstraint(
            model_name='pastlevel',
            name='pastlevel_has_a_known_kind_of_source',
        ),
        migrations.RemoveConstraint(
            model_name='pastlevel',
            name='pastlevel_says_as_of_when',
        ),
        migrations.RemoveConstraint(
            model_name='skilllevel',
            name='skilllevel_has_a_known_kind_of_source',
        ),
        migrations.RemoveConstraint(
            model_name='skilllevel',
            name='skilllevel_says_as_of_when',
        ),
        migrations.AddField(
            model_name='pastlevel',
            name='read_on',
            field=models.DateField(blank=True, help_text='When we read the source. Needed where it bears no day.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AddField(
            model_name='pastlevelevent',
            name='read_on',
            field=models.DateField(blank=True, help_text='When we read the source. Needed where it bears no day.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AddField(
            model_name='skilllevel',
            name='read_on',
            field=models.DateField(blank=True, help_text='When we read the source. Needed where it bears no day.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AddField(
            model_name='skilllevelevent',
            name='read_on',
            field=models.DateField(blank=True, help_text='When we read the source. Needed where it bears no day.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='pastlevel',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='When the source was true: 2026-11-30, 2026-11 or 2026. Empty: it bears no day.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='pastlevel',
            name='source_kind',
            field=models.CharField(choices=[('return', "Borough's return"), ('foi', 'Freedom of information answer'), ('decision', 'Council decision'), ('notice', 'Procurement notice'), ('website', 'Public website'), ('public_code', 'Public code'), ('press', 'Press report'), ('illustrative', 'Invented for demonstration')], help_text='How this fact reached us.', max_length=20, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='pastlevelevent',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='When the source was true: 2026-11-30, 2026-11 or 2026. Empty: it bears no day.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='pastlevelevent',
            name='source_kind',
            field=models.CharField(choices=[('return', "Borough's return"), ('foi', 'Freedom of information answer'), ('decision', 'Council decision'), ('notice', 'Procurement notice'), ('website', 'Public website'), ('public_code', 'Public code'), ('press', 'Press report'), ('illustrative', 'Invented for demonstration')], help_text='How this fact reached us.', max_length=20, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='skilllevel',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='When the source was true: 2026-11-30, 2026-11 or 2026. Empty: it bears no day.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='skilllevel',
            name='source_kind',
            field=models.CharField(choices=[('return', "Borough's return"), ('foi', 'Freedom of information answer'), ('decision', 'Council decision'), ('notice', 'Procurement notice'), ('website', 'Public website'), ('public_code', 'Public code'), ('press', 'Press report'), ('illustrative', 'Invented for demonstration')], help_text='How this fact reached us.', max_length=20, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='skilllevelevent',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='When the source was true: 2026-11-30, 2026-11 or 2026. Empty: it bears no day.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='skilllevelevent',
            name='source_kind',
            field=models.CharField(choices=[('return', "Borough's return"), ('foi', 'Freedom of information answer'), ('decision', 'Council decision'), ('notice', 'Procurement notice'), ('website', 'Public website'), ('public_code', 'Public code'), ('press', 'Press report'), ('illustrative', 'Invented for demonstration')], help_text='How this fact reached us.', max_length=20, verbose_name='source'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pastlevel',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "skills_pastlevelevent" ("as_of", "borough_id", "can_teach", "confidence", "confirmed_on", "headcount", "id", "key", "level", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "skill_id", "source_kind", "source_url", "wants_help") VALUES (NEW."as_of", NEW."borough_id", NEW."can_teach", NEW."confidence", NEW."confirmed_on", NEW."headcount", NEW."id", NEW."key", NEW."level", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."read_on", NEW."skill_id", NEW."source_kind", NEW."source_url", NEW."wants_help"); RETURN NULL;', hash='3c685eb4d6be527f880dcdb783dcddf0e29a2b8c', operation='INSERT', pgid='pgtrigger_insert_insert_424bb', table='skills_pastlevel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pastlevel',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."as_of" IS DISTINCT FROM (NEW."as_of") OR OLD."borough_id" IS DISTINCT FROM (NEW."borough_id") OR OLD."can_teach" IS DISTINCT FROM (NEW."can_teach") OR OLD."confidence" IS DISTINCT FROM (NEW."confidence") OR OLD."confirmed_on" IS DISTINCT FROM (NEW."confirmed_on") OR OLD."headcount" IS DISTINCT FROM (NEW."headcount") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."level" IS DISTINCT FROM (NEW."level") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."read_on" IS DISTINCT FROM (NEW."read_on") OR OLD."skill_id" IS DISTINCT FROM (NEW."skill_id") OR OLD."source_kind" IS DISTINCT FROM (NEW."source_kind") OR OLD."source_url" IS DISTINCT FROM (NEW."source_url") OR OLD."wants_help" IS DISTINCT FROM (NEW."wants_help"))', func='INSERT INTO "skills_pastlevelevent" ("as_of", "borough_id", "can_teach", "confidence", "confirmed_on", "headcount", "id", "key", "level", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "skill_id", "source_kind", "source_url", "wants_help") VALUES (NEW."as_of", NEW."borough_id", NEW."can_teach", NEW."confidence", NEW."confirmed_on", NEW."headcount", NEW."id", NEW."key", NEW."level", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."read_on", NEW."skill_id", NEW."source_kind", NEW."source_url", NEW."wants_help"); RETURN NULL;', hash='35d45fc40f8673bc7338e1c7e8d34d7a621d9ba0', operation='UPDATE', pgid='pgtrigger_update_update_cb1be', table='skills_pastlevel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pastlevel',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "skills_pastlevelevent" ("as_of", "borough_id", "can_teach", "confidence", "confirmed_on", "headcount", "id", "key", "level", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "skill_id", "source_kind", "source_url", "wants_help") VALUES (OLD."as_of", OLD."borough_id", OLD."can_teach", OLD."confidence", OLD."confirmed_on", OLD."headcount", OLD."id", OLD."key", OLD."level", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."read_on", OLD."skill_id", OLD."source_kind", OLD."source_url", OLD."wants_help"); RETURN NULL;', hash='476767d34606cc005e2db6630214cc3140a2d796', operation='DELETE', pgid='pgtrigger_delete_delete_d9b9c', table='skills_pastlevel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='skilllevel',
            trigger=pgtrigger.compiler.Trigger(name='keep_what_an_earlier_return_said', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nIF OLD.borough_id = NEW.borough_id AND OLD.skill_id = NEW.skill_id\n    AND (OLD.source_kind = 'illustrative') = (NEW.source_kind = 'illustrative')\n    AND left(OLD.as_of, length(NEW.as_of)) < left(NEW.as_of, length(OLD.as_of))\nTHEN\n    INSERT INTO skills_pastlevel (borough_id, skill_id, level, headcount, can_teach, wants_help, source_kind, source_url, as_of, read_on, confidence, confirmed_on, note) VALUES (OLD.borough_id, OLD.skill_id, OLD.level, OLD.headcount, OLD.can_teach, OLD.wants_help, OLD.source_kind, OLD.source_url, OLD.as_of, OLD.read_on, OLD.confidence, OLD.confirmed_on, OLD.note)\n    ON CONFLICT (borough_id, skill_id, as_of) DO UPDATE SET level = EXCLUDED.level, headcount = EXCLUDED.headcount, can_teach = EXCLUDED.can_teach, wants_help = EXCLUDED.wants_help, source_kind = EXCLUDED.source_kind, source_url = EXCLUDED.source_url, as_of = EXCLUDED.as_of, read_on = EXCLUDED.read_on, confidence = EXCLUDED.confidence, confirmed_on = EXCLUDED.confirmed_on, note = EXCLUDED.note;\nEND IF;\nRETURN NULL;\n", hash='43e65c880e650310c59ffbf6d5e755f0c52ae544', operation='UPDATE OF "as_of"', pgid='pgtrigger_keep_what_an_earlier_return_said_cf849', table='skills_skilllevel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='skilllevel',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "skills_skilllevelevent" ("as_of", "borough_id", "can_teach", "confidence", "confirmed_on", "headcount", "id", "key", "level", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "skill_id", "source_kind", "source_url", "wants_help") VALUES (NEW."as_of", NEW."borough_id", NEW."can_teach", NEW."confidence", NEW."confirmed_on", NEW."headcount", NEW."id", NEW."key", NEW."level", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."read_on", NEW."skill_id", NEW."source_kind", NEW."source_url", NEW."wants_help"); RETURN NULL;', hash='c66fa818d65146084baf585bba43d02f99130f1c', operation='INSERT', pgid='pgtrigger_insert_insert_116bc', table='skills_skilllevel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='skilllevel',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "skills_skilllevelevent" ("as_of", "borough_id", "can_teach", "confidence", "confirmed_on", "headcount", "id", "key", "level", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "skill_id", "source_kind", "source_url", "wants_help") VALUES (NEW."as_of", NEW."borough_id", NEW."can_teach", NEW."confidence", NEW."confirmed_on", NEW."headcount", NEW."id", NEW."key", NEW."level", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."read_on", NEW."skill_id", NEW."source_kind", NEW."source_url", NEW."wants_help"); RETURN NULL;', hash='cc268ff68fdcb5fd7828a04714a4fc717579ff47', operation='UPDATE', pgid='pgtrigger_update_update_301a0', table='skills_skilllevel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='skilllevel',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "skills_skilllevelevent" ("as_of", "borough_id", "can_teach", "confidence", "confirmed_on", "headcount", "id", "key", "level", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_on", "skill_id", "source_kind", "source_url", "wants_help") VALUES (OLD."as_of", OLD."borough_id", OLD."can_teach", OLD."confidence", OLD."confirmed_on", OLD."headcount", OLD."id", OLD."key", OLD."level", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."read_on", OLD."skill_id", OLD."source_kind", OLD."source_url", OLD."wants_help"); RETURN NULL;', hash='30d85324c6a90e99f73ed289c57d9734226dc012', operation='DELETE', pgid='pgtrigger_delete_delete_a69c7', table='skills_skilllevel', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='pastlevel',
            constraint=models.CheckConstraint(condition=models.Q(('source_kind__in', ['return', 'foi', 'decision', 'notice', 'website', 'public_code', 'press', 'illustrative'])), name='pastlevel_has_a_known_kind_of_source', violation_error_message='Choose how this fact reached us (source).'),
        ),
        migrations.AddConstraint(
            model_name='pastlevel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of', ''), _negated=True), ('read_on__isnull', False), _connector='OR'), name='pastlevel_says_as_of_when', violation_error_message='Say as of when this was true (a day, a month or a year), or when you read a source that bears no day.'),
        ),
        migrations.AddConstraint(
            model_name='pastlevel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of', ''), _negated=True), models.Q(('confidence', 'high'), _negated=True), _connector='OR'), name='pastlevel_undated_is_medium_at_most', violation_error_message='A source that bears no day carries a fact with medium confidence at most: choose medium or low.'),
        ),
        migrations.AddConstraint(
            model_name='pastlevel',
            constraint=models.CheckConstraint(condition=models.Q(('read_on__lte', citytools.facts.provenance.LondonDay())), name='pastlevel_read_on_not_ahead', violation_error_message='The date in “read on” lies ahead. Write today or a date that has passed.'),
        ),
        migrations.AddConstraint(
            model_name='pastlevel',
            constraint=models.CheckConstraint(condition=models.Q(('as_of', ''), _negated=True), name='a_past_level_says_as_of_when', violation_error_message='Say as of when this was true: a day, a month or a year.'),
        ),
        migrations.AddConstraint(
            model_name='skilllevel',
            constraint=models.CheckConstraint(condition=models.Q(('source_kind__in', ['return', 'foi', 'decision', 'notice', 'website', 'public_code', 'press', 'illustrative'])), name='skilllevel_has_a_known_kind_of_source', violation_error_message='Choose how this fact reached us (source).'),
        ),
        migrations.AddConstraint(
            model_name='skilllevel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of', ''), _negated=True), ('read_on__isnull', False), _connector='OR'), name='skilllevel_says_as_of_when', violation_error_message='Say as of when this was true (a day, a month or a year), or when you read a source that bears no day.'),
        ),
        migrations.AddConstraint(
            model_name='skilllevel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of', ''), _negated=True), models.Q(('confidence', 'high'), _negated=True), _connector='OR'), name='skilllevel_undated_is_medium_at_most', violation_error_message='A source that bears no day carries a fact with medium confidence at most: choose medium or low.'),
        ),
        migrations.AddConstraint(
            model_name='skilllevel',
            constraint=models.CheckConstraint(condition=models.Q(('read_on__lte', citytools.facts.provenance.LondonDay())), name='skilllevel_read_on_not_ahead', violation_error_message='The date in “read on” lies ahead. Write today or a date that has passed.'),
        ),
        migrations.AddConstraint(
            model_name='skilllevel',
            constraint=models.CheckConstraint(condition=models.Q(('as_of', ''), _negated=True), name='a_skill_level_says_as_of_when', violation_error_message='Say as of when this was true: a day, a month or a year.'),
        ),
    ]
