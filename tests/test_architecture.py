"""The house's shape: rings point inwards, apps do not go in circles, nothing grows out of hand.

Ring 0: modules of citytools that import no app. Ring 1: an app's models. Ring 2: an app's other
modules. Ring 3: views, admin, commands, and the pages of citytools. The design says which may
import which; this reads the imports and holds the code to it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

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
RING_3_OF_CITYTOOLS = {
    "home", "overview", "data", "search", "pages", "urls", "management",
}  # fmt: skip


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


def imports(path: Path) -> Iterator[str]:
    """Dotted names of our own modules that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            base = node.module
            names = [f"{base}.{alias.name}" for alias in node.names]
            yield from (name if is_module(name) else base for name in names if ours(base))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if ours(alias.name))


def ours(name: str) -> bool:
    return name.split(".")[0] in {*APPS, "citytools"}


def is_module(name: str) -> bool:
    path = ROOT / Path(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


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


EDGES = [
    (name_of(path), other)
    for path in modules()
    for other in imports(path)
    if other not in APPS and name_of(path) not in APPS
]


def test_imports_point_inwards() -> None:
    faults = [f"{a} -> {b}: {why}" for a, b in EDGES if (why := fault(a, b))]
    assert not faults, "\n".join(faults)


def test_the_rules_find_a_fault() -> None:
    assert "inwards" in fault("systems.models", "systems.filters")
    assert "alone" in fault("boroughs.models", "systems.models")
    assert "another app's ring 2" in fault("contracts.filters", "systems.filters")
    assert "inwards" in fault("citytools.charts", "boroughs.models")
    assert not fault("boroughs.profile.tile_map", "contracts.models")
    assert not fault("boroughs.compare.views", "systems.filters")


def test_models_do_not_go_in_circles() -> None:
    pairs = {(a.split(".")[0], b.split(".")[0]) for a, b in EDGES if ring(a) == ring(b) == 1}
    circles = {(a, b) for a, b in pairs if a != b and (b, a) in pairs}
    assert not circles


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_no_module_or_function_grows_out_of_hand(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 400, "a module over 400 lines is telling its shape is wrong"
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
    long = {node.name: size for node in functions if (size := length(node)) > 40}
    assert not long


def test_nearly_all_functions_are_short() -> None:
    trees = [ast.parse(path.read_text()) for path in modules()]
    nodes = (node for tree in trees for node in ast.walk(tree))
    lengths = sorted(length(node) for node in nodes if isinstance(node, ast.FunctionDef))
    assert lengths[int(len(lengths) * 0.95)] <= 25


def length(node: ast.FunctionDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_introduce_themselves_and_stay_small(path: Path) -> None:
    text = path.read_text()
    beginning = (
        text.removeprefix(text.partition("\n")[0] + "\n") if "extends" in text[:12] else text
    )
    assert beginning.startswith(("{#", "{% comment %}")), "begin with a comment on the context"
    assert text.count("\n") <= 100
    assert "|safe" not in text
    assert "<script>" not in text
    assert "style=" not in text
