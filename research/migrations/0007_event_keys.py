"""Indexes of the event log: by key or slug, to find what a record was once called."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('research', '0006_event_times'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='casestudyevent',
            index=models.Index(fields=['slug'], name='casestudy_slug'),
        ),
        migrations.AddIndex(
            model_name='findingevent',
            index=models.Index(fields=['slug'], name='finding_slug'),
        ),
        migrations.AddIndex(
            model_name='recommendationevent',
            index=models.Index(fields=['slug'], name='recommendation_slug'),
        ),
        migrations.AddIndex(
            model_name='sourceevent',
            index=models.Index(fields=['key'], name='source_key'),
        ),
    ]
