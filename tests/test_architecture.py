"""The house's shape: rings point inwards, apps do not go in circles, a page is a short story.

Ring 0: rooms of citytools that import no app. Ring 1: an app's models. Ring 2: an app's other
modules. Ring 3: views, admin, commands, the pages of citytools, and what joins the project. The
design says which may import which; this reads the imports and holds the code to it.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ["boroughs", "systems", "contracts", "skills", "research"]
LEFT_OF = {
    "boroughs": set(),
    "systems": {"boroughs"},
    "contracts": {"boroughs", "systems"},
    "skills": {"boroughs"},
    "research": {"boroughs", "systems", "contracts", "skills"},
}
RING_3_OF_APPS = {"views", "admin", "urls", "management"}
RING_3_OF_CITYTOOLS = {"pages", "management", "urls", "apps"}
MAX_MODULES_BEHIND_VIEWS = 47
COMMON_CLASS_NAMES = {"Meta", "Command", "Migration", "Media", "DatabaseWrapper"}
"""Names that Django looks for."""


def modules() -> list[Path]:
    """Every Python file of ours but migrations and tests."""
    paths = [path for folder in [*APPS, "citytools"] for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in paths if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def ring(module: str) -> int:
    app, _, rest = module.partition(".")
    parts = rest.split(".")
    if app == "citytools":
        return 3 if parts[0] in RING_3_OF_CITYTOOLS else 0
    if parts[0] == "models":
        return 1
    # The views of a package within an app are views too: boroughs.compare.views
    return 3 if RING_3_OF_APPS & set(parts) else 2


TREES = {name_of(path): ast.parse(path.read_text()) for path in modules()}


def imports(tree: ast.Module) -> Iterator[str]:
    """Dotted names of our own modules that a module imports, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in TREES else node.module for name in names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


IMPORTS = {name: set(imports(tree)) & TREES.keys() - {name} for name, tree in TREES.items()}
EDGES = [(name, other) for name, others in IMPORTS.items() for other in sorted(others)]


def modules_behind(module: str) -> int:
    """How many of our modules it reaches, through however many others."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        new = IMPORTS[waiting.pop()] - reached
        reached |= new
        waiting += new
    return len(reached)


def fault(module: str, other: str) -> str:
    """Why a module may not import another; empty when it may."""
    app, other_app = module.split(".")[0], other.split(".")[0]
    if other.split(".")[1:2] in (["urls"], ["admin"]) and app != other_app:
        return "nothing imports another's urls or admin"
    if ring(other) > ring(module):
        return f"ring {ring(module)} imports ring {ring(other)}: imports point inwards"
    if app == other_app or other_app == "citytools":
        return ""
    if ring(module) == 1 and other_app not in LEFT_OF[app]:
        return f"{app}.models may import {sorted(LEFT_OF[app])} alone"
    if ring(module) == 2 and ring(other) == 2:
        return "ring 2 never imports another app's ring 2"
    return ""


def test_imports_point_inwards() -> None:
    faults = [f"{a} -> {b}: {why}" for a, b in EDGES if (why := fault(a, b))]
    assert not faults, "\n".join(faults)


def test_the_rules_find_a_fault() -> None:
    assert "inwards" in fault("systems.models", "systems.filters")
    assert "alone" in fault("boroughs.models", "systems.models")
    assert "another app's ring 2" in fault("contracts.filters", "systems.filters")
    assert "inwards" in fault("citytools.charts", "boroughs.models")
    assert "inwards" in fault("citytools.search.views", "boroughs.models")
    assert not fault("boroughs.profile.tile_map", "contracts.models")
    assert not fault("boroughs.compare.views", "systems.filters")


def test_models_do_not_go_in_circles() -> None:
    pairs = {(a.split(".")[0], b.split(".")[0]) for a, b in EDGES if ring(a) == ring(b) == 1}
    circles = {(a, b) for a, b in pairs if a != b and (b, a) in pairs}
    assert not circles


def test_few_modules_stand_behind_a_page() -> None:
    views = [name for name in TREES if "views" in name.split(".")]
    behind = {name: modules_behind(name) for name in views}
    many = {name: count for name, count in behind.items() if count > MAX_MODULES_BEHIND_VIEWS}
    assert not many


def test_a_class_name_has_one_meaning() -> None:
    places: dict[str, set[str]] = defaultdict(set)
    for name, tree in TREES.items():
        # Of the module alone: Borough.Kind and Supplier.Kind say whose kind they mean
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name not in COMMON_CLASS_NAMES:
                places[node.name].add(name)
    assert not {name: where for name, where in places.items() if len(where) > 1}


def test_few_files_stand_directly_in_citytools() -> None:
    assert len(list((ROOT / "citytools").glob("*.py"))) <= 8


def test_nearly_all_functions_are_short() -> None:
    nodes = (node for tree in TREES.values() for node in ast.walk(tree))
    lengths = sorted(length(node) for node in nodes if isinstance(node, ast.FunctionDef))
    assert lengths[int(len(lengths) * 0.95)] <= 25


def length(node: ast.FunctionDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_templates_introduce_themselves_and_stay_small() -> None:
    faults = [f"{path.relative_to(ROOT)}: {why}" for path in TEMPLATES for why in _faults_in(path)]
    assert not faults, "\n".join(faults)


def _faults_in(path: Path) -> Iterator[str]:
    text = path.read_text()
    first, _, rest = text.partition("\n")
    beginning = rest if "extends" in first[:12] else text
    if not beginning.startswith(("{#", "{% comment %}")):
        yield "begin with a comment on the context"
    if text.count("\n") > 130:
        yield "more than 130 lines"
    if "staff" not in path.parts and max(map(len, text.splitlines())) > 160:
        yield "a line of more than 160 characters"
    for forbidden in ("|safe", "autoescape", "<script>", "style="):
        if forbidden in text:
            yield f"holds {forbidden}"
