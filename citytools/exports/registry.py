"""The files of the site: each app registers its own when it is ready."""

from citytools.exports.export import Export

_ORDER = (
    *("systems", "contracts", "together", "contracts.transparency", "map", "functions", "skills"),
    *("training", "boroughs", "compare", "products", "suppliers", "frameworks", "pipeline"),
    "concentration",
    *("trends", "metrics", "findings", "case-studies", "recommendations", "changes"),
)
"""Names of files as they follow one another on the data page and in the zip."""
_exports: dict[str, Export] = {}


def register(*exports: Export) -> None:
    """Add files of an app."""
    _exports.update({export.name: export for export in exports})


def exports() -> list[Export]:
    """Every file, in order."""
    return [_exports[name] for name in _ORDER]
