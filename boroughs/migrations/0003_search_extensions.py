from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    """What the search compares names with; both are trusted, so the database's owner may add them."""

    dependencies = [
        ('boroughs', '0002_guards'),
    ]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
    ]
