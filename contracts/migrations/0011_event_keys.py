"""Indexes of the event log: by key or slug, to find what a record was once called."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0011_event_keys'),
        ('contracts', '0010_event_times'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('systems', '0007_event_times'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='contractevent',
            index=models.Index(fields=['key'], name='contract_key'),
        ),
        migrations.AddIndex(
            model_name='frameworkevent',
            index=models.Index(fields=['slug'], name='framework_slug'),
        ),
    ]
