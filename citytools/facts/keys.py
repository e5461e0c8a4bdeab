"""The public key of a fact: made once from what the fact is, and the same whatever it becomes.

A trigger makes it, so that it has one whatever way it was written: by a form, a file, SQL. Nothing
changes it afterwards, unless a file or a person names another.
"""

from typing import Any

import pgtrigger

MAX_PART_LENGTH = 60
"""Characters of a title that stand in a key."""
MAX_SLUG_LENGTH = 120

# The functions `key_part` and `unique_key` are made by the migration boroughs.0009_keys
_MAKE = """
IF NEW.key = '' AND TG_OP = 'UPDATE' THEN
    NEW.key := OLD.key;  -- an older version that is restored knows of no key
END IF;
IF NEW.key = '' THEN
    NEW.key := unique_key(TG_RELID, concat_ws('-', {parts}), NEW.id);
END IF;
RETURN NEW;
"""


class MakesKey(pgtrigger.Trigger):
    """Fills an empty key from its parts: fields, and slugs of what the record links to.

    `starts_on__year` is the year of a date, however precise; a part that is not known is left out.
    """

    name = "makes_key"
    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def __init__(self, *parts: str) -> None:
        super().__init__()
        self.parts = parts

    def get_func(self, model: Any) -> str:
        """The function's body for a model."""
        return _MAKE.format(parts=", ".join(_part(model, name) for name in self.parts))


def _part(model: Any, path: str) -> str:
    """SQL: one part of a key, or null."""
    name, _, aspect = path.partition("__")
    field = model._meta.get_field(name)
    if aspect == "slug":
        table = field.related_model._meta.db_table
        slug = f"(SELECT slug FROM {table} WHERE id = NEW.{field.column})"  # noqa: S608 (our own)
        # As it stands in an address: SQL can write any slug
        return f"key_part({slug}, {MAX_SLUG_LENGTH})"
    length = len("2027") if aspect == "year" else MAX_PART_LENGTH
    return f"key_part(NEW.{field.column}::text, {length})"
