"""Indexes of the event log: by key or slug, to find what a record was once called."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('boroughs', '0011_event_keys'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('systems', '0007_event_times'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='functionevent',
            index=models.Index(fields=['slug'], name='function_slug'),
        ),
        migrations.AddIndex(
            model_name='productevent',
            index=models.Index(fields=['slug'], name='product_slug'),
        ),
        migrations.AddIndex(
            model_name='serviceareaevent',
            index=models.Index(fields=['slug'], name='servicearea_slug'),
        ),
        migrations.AddIndex(
            model_name='supplierevent',
            index=models.Index(fields=['slug'], name='supplier_slug'),
        ),
        migrations.AddIndex(
            model_name='systemevent',
            index=models.Index(fields=['key'], name='system_key'),
        ),
    ]
