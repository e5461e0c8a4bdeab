"""Indexes of the event log: by key or slug, to find what a record was once called."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0010_event_times'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='boroughevent',
            index=models.Index(fields=['slug'], name='borough_slug'),
        ),
        migrations.AddIndex(
            model_name='returnevent',
            index=models.Index(fields=['key'], name='return_key'),
        ),
    ]
