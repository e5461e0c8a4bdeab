"""Let the demonstration have recorded values of its own beside those of the evidence."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("research", "0007_event_keys"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="metricvalue",
            name="one_value_a_metric_and_day",
        ),
        migrations.AddField(
            model_name="metricvalue",
            name="illustrative",
            field=models.BooleanField(
                default=False, help_text="Ticked: measured over the demonstration."
            ),
        ),
        migrations.AddConstraint(
            model_name="metricvalue",
            constraint=models.UniqueConstraint(
                fields=("metric", "on", "illustrative"), name="one_value_a_metric_and_day"
            ),
        ),
    ]
