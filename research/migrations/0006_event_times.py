"""Indexes of the event log: by time, and of deletions."""

from django.db import migrations, models

MODELS = [
    "caseclaim", "casestudy", "casestudyborough", "casestudyfunction", "casestudyproduct",
    "casestudysource", "finding", "findingsource", "recommendation", "recommendationfinding",
    "recommendationsource", "source",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("research", "0005_statement_dates_and_confirmations")]

    operations = [
        operation
        for model in MODELS
        for operation in (
            migrations.AddIndex(
                f"{model}event", models.Index(fields=["pgh_created_at"], name=f"{model}_written")
            ),
            migrations.AddIndex(
                f"{model}event",
                models.Index(
                    fields=["pgh_obj"],
                    condition=models.Q(pgh_label="delete"),
                    name=f"{model}_deleted",
                ),
            ),
        )
    ]
