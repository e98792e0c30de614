"""The layers of the package: who may import whom, how long a module may be, what it may be called."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "xsrun"
MAX_LINES = 700
MEANINGLESS = {"utils", "helpers", "helper", "common", "misc"}

LAYERS = (
    ("hints", "build"),
    ("record", "late", "differences", "decisions", "markup"),
    ("files", "templates", "language", "watching", "wal"),
    ("source",),
    ("diagnostics",),
    ("effects.ports",),
    ("fix",),
    ("values", "patterns", "extras", "csvtext"),
    ("xmltext", "yamltext", "resources"),
    ("faults", "lambdas", "paths", "timestamps", "types", "crypto", "exchange", "providers"),
    ("data",),
    ("program",),
    ("cache",),
    ("effects",),
    ("simulators",),
    ("syntax",),
    ("project",),
    ("builtins.registry", "builtins.absent"),
    ("builtins.filters",),
    ("builtins.statements",),
    ("builtins",),
    ("compile",),
    ("runtime",),
    ("executable", "parity", "dataflow", "contracts"),
    ("config",),
    ("schedule",),
    ("engine",),
    ("api", "info", "render", "catalogue"),
    ("tracing", "telemetry"),
    ("formatting", "reports", "explanations"),
    ("testing", "torture", "policies"),
    ("manual", "sections", "mcpserver", "server"),
    ("providerpage",),
    ("xsrun",),
    ("lsp",),
    ("cli",),
    ("pytest_plugin",),
    ("pages",),
    ("__main__",),
)
"""Lowest first. A module imports from lines above its own, and from its own package; a name stands for all below it."""


def modules() -> dict[str, Path]:
    """Every module by its name below the package."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "xsrun"] = path
    return found


MODULES = modules()


def imports(name: str) -> Iterator[str]:
    """The modules of the package that a module imports, anywhere in its text."""
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (below for alias in node.names if (below := inside(alias.name)))
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} imports relatively"
            assert node.module is not None
            for alias in node.names:
                if below := inside(f"{node.module}.{alias.name}") or inside(node.module):
                    yield below


def inside(dotted: str) -> str:
    """The module of the package that a dotted name means, ``""`` for anything else."""
    below = dotted.removeprefix("xsrun.")
    return below if below in MODULES and (below != dotted or dotted == "xsrun") else ""


GRAPH = {name: set(imports(name)) - {name} for name in MODULES}


def home(name: str) -> str:
    """The name of the layer list that covers a module."""
    parts = name.split(".")
    prefixes = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    known = [each for layer in LAYERS for each in layer]
    return next((prefix for prefix in prefixes if prefix in known), "")


def level(name: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if home(name) in layer)


def test_every_module_has_a_layer():
    assert [name for name in MODULES if not home(name)] == []


def test_every_layer_has_a_module():
    homes = {home(name) for name in MODULES}
    assert [each for layer in LAYERS for each in layer if each not in homes] == []


def test_the_map_names_every_part_in_the_order_of_the_layers():
    page = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## Path of one")[0]
    rows = [
        re.findall(r"`(\w+)(?:\.py|/)`", line.split("|")[1]) for line in page.splitlines() if line.startswith("| `")
    ]
    parts = {each.partition(".")[0] for layer in LAYERS for each in layer} - {"xsrun", "__main__"}
    assert sorted(name for row in rows for name in row) == sorted(parts)
    highest = [max(level(name) for name in row) for row in rows]
    assert highest == sorted(highest)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_point_down(name):
    upward = [other for other in GRAPH[name] if home(other) != home(name) and level(other) >= level(name)]
    assert upward == []


def test_there_are_no_cycles():
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_is_short_and_says_what_it_is(name):
    text = MODULES[name].read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_LINES
    assert name.rpartition(".")[2] not in MEANINGLESS
    assert ast.get_docstring(ast.parse(text)), "a module begins with its sentence"
