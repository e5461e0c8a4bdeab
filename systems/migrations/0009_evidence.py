"""Undated sources, marks of systems and products, and who a function is expected of."""

import citytools.facts.dates
import citytools.facts.provenance
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0012_evidence'),
        ('systems', '0008_event_keys'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='function',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='function',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='function',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='product',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='product',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='product',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='system',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='system',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='system',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='system',
            name='system_has_a_known_kind_of_source',
        ),
        migrations.RemoveConstraint(
            model_name='system',
            name='system_says_as_of_when',
        ),
        migrations.AddField(
            model_name='function',
            name='expected_of',
            field=models.CharField(blank=True, choices=[('every', 'Every authority'), ('boroughs', 'Every borough, not the City of London'), ('some', 'Some authorities only')], help_text='Who does this job, by our judgement. Empty: not judged.', max_length=10),
        ),
        migrations.AddField(
            model_name='function',
            name='expected_why',
            field=models.CharField(blank=True, help_text='Why, in a sentence: a duty by law, or what some authorities do not have.', max_length=300, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='functionevent',
            name='expected_of',
            field=models.CharField(blank=True, choices=[('every', 'Every authority'), ('boroughs', 'Every borough, not the City of London'), ('some', 'Some authorities only')], help_text='Who does this job, by our judgement. Empty: not judged.', max_length=10),
        ),
        migrations.AddField(
            model_name='functionevent',
            name='expected_why',
            field=models.CharField(blank=True, help_text='Why, in a sentence: a duty by law, or what some authorities do not have.', max_length=300, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='product',
            name='in_house_or_public',
            field=models.BooleanField(default=False, help_text='Ticked: a council, a public body or an operator made it, which is no supplier.', verbose_name='in-house or public'),
        ),
        migrations.AddField(
            model_name='productevent',
            name='in_house_or_public',
            field=models.BooleanField(default=False, help_text='Ticked: a council, a public body or an operator made it, which is no supplier.', verbose_name='in-house or public'),
        ),
        migrations.AddField(
            model_name='system',
            name='companion',
            field=models.BooleanField(default=False, help_text='Ticked: it does a part of the function beside the main product.', verbose_name='companion tool'),
        ),
        migrations.AddField(
            model_name='system',
            name='national_or_shared',
            field=models.BooleanField(default=False, help_text='Ticked: a service that all or most councils use alike, which tells nobody apart, such as GOV.UK Pay.', verbose_name='national or shared service'),
        ),
        migrations.AddField(
            model_name='system',
            name='read_on',
            field=models.DateField(blank=True, help_text='When we read the source. Needed where it bears no day.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AddField(
            model_name='systemevent',
            name='companion',
            field=models.BooleanField(default=False, help_text='Ticked: it does a part of the function beside the main product.', verbose_name='companion tool'),
        ),
        migrations.AddField(
            model_name='systemevent',
            name='national_or_shared',
            field=models.BooleanField(default=False, help_text='Ticked: a service that all or most councils use alike, which tells nobody apart, such as GOV.UK Pay.', verbose_name='national or shared service'),
        ),
        migrations.AddField(
            model_name='systemevent',
            name='read_on',
            field=models.DateField(blank=True, help_text='When we read the source. Needed where it bears no day.', null=True, validators=[citytools.facts.provenance.not_ahead]),
        ),
        migrations.AlterField(
            model_name='system',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='When the source was true: 2026-11-30, 2026-11 or 2026. Empty: it bears no day.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='system',
            name='source_kind',
            field=models.CharField(choices=[('return', "Borough's return"), ('foi', 'Freedom of information answer'), ('decision', 'Council decision'), ('notice', 'Procurement notice'), ('website', 'Public website'), ('public_code', 'Public code'), ('press', 'Press report'), ('illustrative', 'Invented for demonstration')], help_text='How this fact reached us.', max_length=20, verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='systemevent',
            name='as_of',
            field=citytools.facts.dates.PartialDateField(blank=True, help_text='When the source was true: 2026-11-30, 2026-11 or 2026. Empty: it bears no day.', max_length=10, validators=[citytools.facts.provenance.not_ahead], verbose_name='as of'),
        ),
        migrations.AlterField(
            model_name='systemevent',
            name='source_kind',
            field=models.CharField(choices=[('return', "Borough's return"), ('foi', 'Freedom of information answer'), ('decision', 'Council decision'), ('notice', 'Procurement notice'), ('website', 'Public website'), ('public_code', 'Public code'), ('press', 'Press report'), ('illustrative', 'Invented for demonstration')], help_text='How this fact reached us.', max_length=20, verbose_name='source'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='function',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "systems_functionevent" ("also_called", "expected_of", "expected_why", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "service_area_id", "slug") VALUES (NEW."also_called", NEW."expected_of", NEW."expected_why", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."service_area_id", NEW."slug"); RETURN NULL;', hash='e828bea110e8591afb48c473f1ba96060af0f6e8', operation='INSERT', pgid='pgtrigger_insert_insert_8e5c9', table='systems_function', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='function',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "systems_functionevent" ("also_called", "expected_of", "expected_why", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "service_area_id", "slug") VALUES (NEW."also_called", NEW."expected_of", NEW."expected_why", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."service_area_id", NEW."slug"); RETURN NULL;', hash='f6a68772d3f5ed7907240c8fdb3e864d49fdb336', operation='UPDATE', pgid='pgtrigger_update_update_fa14d', table='systems_function', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='function',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "systems_functionevent" ("also_called", "expected_of", "expected_why", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "service_area_id", "slug") VALUES (OLD."also_called", OLD."expected_of", OLD."expected_why", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position", OLD."service_area_id", OLD."slug"); RETURN NULL;', hash='e06c3ddb907f53ed4cc01b6c561e252148df009b', operation='DELETE', pgid='pgtrigger_delete_delete_3f4e7', table='systems_function', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='product',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "systems_productevent" ("certainty", "id", "illustrative", "in_house_or_public", "manufacturer_id", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "source") VALUES (NEW."certainty", NEW."id", NEW."illustrative", NEW."in_house_or_public", NEW."manufacturer_id", NEW."name", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."slug", NEW."source"); RETURN NULL;', hash='72b2432983b382c31f14de6a703161c4a145d24f', operation='INSERT', pgid='pgtrigger_insert_insert_c43c2', table='systems_product', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='product',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."certainty" IS DISTINCT FROM (NEW."certainty") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."illustrative" IS DISTINCT FROM (NEW."illustrative") OR OLD."in_house_or_public" IS DISTINCT FROM (NEW."in_house_or_public") OR OLD."manufacturer_id" IS DISTINCT FROM (NEW."manufacturer_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."source" IS DISTINCT FROM (NEW."source"))', func='INSERT INTO "systems_productevent" ("certainty", "id", "illustrative", "in_house_or_public", "manufacturer_id", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "source") VALUES (NEW."certainty", NEW."id", NEW."illustrative", NEW."in_house_or_public", NEW."manufacturer_id", NEW."name", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."slug", NEW."source"); RETURN NULL;', hash='117cfb6fc546b51b06ad49f39532e2e80afe1853', operation='UPDATE', pgid='pgtrigger_update_update_57518', table='systems_product', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='product',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "systems_productevent" ("certainty", "id", "illustrative", "in_house_or_public", "manufacturer_id", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "source") VALUES (OLD."certainty", OLD."id", OLD."illustrative", OLD."in_house_or_public", OLD."manufacturer_id", OLD."name", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."slug", OLD."source"); RETURN NULL;', hash='a9dec862127e29d97c7dd07679f084d9554d8c2e', operation='DELETE', pgid='pgtrigger_delete_delete_34f0b', table='systems_product', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='system',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "systems_systemevent" ("as_of", "borough_id", "companion", "confidence", "confirmed_on", "function_id", "hosting", "id", "intention", "key", "live_since", "national_or_shared", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "read_on", "satisfaction", "source_kind", "source_url", "status", "users") VALUES (NEW."as_of", NEW."borough_id", NEW."companion", NEW."confidence", NEW."confirmed_on", NEW."function_id", NEW."hosting", NEW."id", NEW."intention", NEW."key", NEW."live_since", NEW."national_or_shared", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."product_id", NEW."read_on", NEW."satisfaction", NEW."source_kind", NEW."source_url", NEW."status", NEW."users"); RETURN NULL;', hash='5251762192615f390a45965f990790037d99f26b', operation='INSERT', pgid='pgtrigger_insert_insert_bdb60', table='systems_system', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='system',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."as_of" IS DISTINCT FROM (NEW."as_of") OR OLD."borough_id" IS DISTINCT FROM (NEW."borough_id") OR OLD."companion" IS DISTINCT FROM (NEW."companion") OR OLD."confidence" IS DISTINCT FROM (NEW."confidence") OR OLD."confirmed_on" IS DISTINCT FROM (NEW."confirmed_on") OR OLD."function_id" IS DISTINCT FROM (NEW."function_id") OR OLD."hosting" IS DISTINCT FROM (NEW."hosting") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."intention" IS DISTINCT FROM (NEW."intention") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."live_since" IS DISTINCT FROM (NEW."live_since") OR OLD."national_or_shared" IS DISTINCT FROM (NEW."national_or_shared") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."product_id" IS DISTINCT FROM (NEW."product_id") OR OLD."read_on" IS DISTINCT FROM (NEW."read_on") OR OLD."satisfaction" IS DISTINCT FROM (NEW."satisfaction") OR OLD."source_kind" IS DISTINCT FROM (NEW."source_kind") OR OLD."source_url" IS DISTINCT FROM (NEW."source_url") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."users" IS DISTINCT FROM (NEW."users"))', func='INSERT INTO "systems_systemevent" ("as_of", "borough_id", "companion", "confidence", "confirmed_on", "function_id", "hosting", "id", "intention", "key", "live_since", "national_or_shared", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "read_on", "satisfaction", "source_kind", "source_url", "status", "users") VALUES (NEW."as_of", NEW."borough_id", NEW."companion", NEW."confidence", NEW."confirmed_on", NEW."function_id", NEW."hosting", NEW."id", NEW."intention", NEW."key", NEW."live_since", NEW."national_or_shared", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."product_id", NEW."read_on", NEW."satisfaction", NEW."source_kind", NEW."source_url", NEW."status", NEW."users"); RETURN NULL;', hash='e08db8d22314094f33ae3becab64ea65b4337ec4', operation='UPDATE', pgid='pgtrigger_update_update_4de9f', table='systems_system', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='system',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "systems_systemevent" ("as_of", "borough_id", "companion", "confidence", "confirmed_on", "function_id", "hosting", "id", "intention", "key", "live_since", "national_or_shared", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "read_on", "satisfaction", "source_kind", "source_url", "status", "users") VALUES (OLD."as_of", OLD."borough_id", OLD."companion", OLD."confidence", OLD."confirmed_on", OLD."function_id", OLD."hosting", OLD."id", OLD."intention", OLD."key", OLD."live_since", OLD."national_or_shared", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."product_id", OLD."read_on", OLD."satisfaction", OLD."source_kind", OLD."source_url", OLD."status", OLD."users"); RETURN NULL;', hash='da4bab6c5cee5065928dc1b9e91a95603c8df3dd', operation='DELETE', pgid='pgtrigger_delete_delete_19c2b', table='systems_system', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='function',
            constraint=models.CheckConstraint(condition=models.Q(('expected_of__in', ['', 'every', 'boroughs', 'some'])), name='a_function_is_expected_of_known_authorities'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('in_house_or_public', False), ('manufacturer', None), _connector='OR'), name='a_product_in_house_or_public_has_no_manufacturer', violation_error_message='What a council or public body made has no manufacturer among the suppliers: empty one of the two.'),
        ),
        migrations.AddConstraint(
            model_name='system',
            constraint=models.CheckConstraint(condition=models.Q(('source_kind__in', ['return', 'foi', 'decision', 'notice', 'website', 'public_code', 'press', 'illustrative'])), name='system_has_a_known_kind_of_source', violation_error_message='Choose how this fact reached us (source).'),
        ),
        migrations.AddConstraint(
            model_name='system',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of', ''), _negated=True), ('read_on__isnull', False), _connector='OR'), name='system_says_as_of_when', violation_error_message='Say as of when this was true (a day, a month or a year), or when you read a source that bears no day.'),
        ),
        migrations.AddConstraint(
            model_name='system',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('as_of', ''), _negated=True), models.Q(('confidence', 'high'), _negated=True), _connector='OR'), name='system_undated_is_medium_at_most', violation_error_message='A source that bears no day carries a fact with medium confidence at most: choose medium or low.'),
        ),
        migrations.AddConstraint(
            model_name='system',
            constraint=models.CheckConstraint(condition=models.Q(('read_on__lte', citytools.facts.provenance.LondonDay())), name='system_read_on_not_ahead', violation_error_message='The date in “read on” lies ahead. Write today or a date that has passed.'),
        ),
    ]
