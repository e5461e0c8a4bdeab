"""What changes of boroughs and their returns tell."""

from boroughs.models import Borough, Return
from citytools.history.change_kinds import ChangeKind

KINDS = (
    ChangeKind(Borough, ignored_fields=frozenset({"tile_row", "tile_column"})),
    ChangeKind(Return, address=lambda record: str(record.borough.get_absolute_url())),
)
