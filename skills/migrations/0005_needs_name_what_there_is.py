"""A need names a function or a product that there is: the database holds it to that.

Models of skills import none of systems (imports point left), so Django knows no foreign key here.
"""

from django.db import migrations

_KEY = """
ALTER TABLE skills_skillneed ADD CONSTRAINT a_need_names_a_{kind}_that_there_is
    FOREIGN KEY ({kind}) REFERENCES systems_{kind} (slug) ON UPDATE CASCADE ON DELETE CASCADE
"""
_UNDO = "ALTER TABLE skills_skillneed DROP CONSTRAINT a_need_names_a_{kind}_that_there_is"


class Migration(migrations.Migration):

    dependencies = [
        ('skills', '0004_needs'),
        ('systems', '0003_also_called'),
    ]

    operations = [
        migrations.RunSQL(_KEY.format(kind=kind), _UNDO.format(kind=kind))
        for kind in ('function', 'product')
    ]
