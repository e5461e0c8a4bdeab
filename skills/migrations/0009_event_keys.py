"""Indexes of the event log: by key or slug, to find what a record was once called."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0011_event_keys'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('skills', '0008_event_times'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='pastlevelevent',
            index=models.Index(fields=['key'], name='pastlevel_key'),
        ),
        migrations.AddIndex(
            model_name='skillevent',
            index=models.Index(fields=['slug'], name='skill_slug'),
        ),
        migrations.AddIndex(
            model_name='skillgroupevent',
            index=models.Index(fields=['slug'], name='skillgroup_slug'),
        ),
        migrations.AddIndex(
            model_name='skilllevelevent',
            index=models.Index(fields=['key'], name='skilllevel_key'),
        ),
    ]
