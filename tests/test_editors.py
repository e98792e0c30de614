"""The client for VS Code: its files fit together, and the grammar colours what it should."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from xsrun.lsp.lenses import RUN, TEST

CLIENT = Path(__file__).parent.parent / "editors" / "vscode"
GRAMMAR = CLIENT / "syntaxes" / "xanoscript.tmLanguage.json"
PACKAGE = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))
REPOSITORY = json.loads(GRAMMAR.read_text(encoding="utf-8"))["repository"]
MODULES = CLIENT / "node_modules"

SAMPLES = [
    ('function "greet" {', {"function": "keyword.control"}),
    ("function pagerduty/send {", {"function": "keyword.control", "pagerduty/send": "entity.name.function"}),
    (
        "  main = {name: 3}",
        {"main": "variable.parameter", "name": "support.type.property-name", "3": "constant.numeric"},
    ),
    ("  text title? {", {"text": "keyword.control", "title": "entity.name.function"}),
    ("  email[] to?", {"email": "keyword.control", "to": "entity.name.function"}),
    (
        "  var $x { value = $y.a|trim }",
        {"var": "keyword.control", "$x": "variable.other", "value": "variable.parameter"},
    ),
    ("  value = $y.a|trim", {"$y": "variable.other", "a": "variable.other.property", "trim": "support.function"}),
    ("  value = $a || $b", {"||": "keyword.operator"}),
    ("  } as $r", {"as": "keyword.other.as", "$r": "variable.other"}),
    ("  !array.push $l {", {"!": "keyword.operator.disable", "array.push": "keyword.control"}),
    ("  value = now // later", {"now": "constant.language", "// later": "comment.line.double-slash"}),
    ('  value = !int "5"', {"!int": "storage.type.cast"}),
    ("---", {"---": "meta.separator.document"}),
]
"""Lines of a program, and how parts of them are coloured."""


def patterns(node):
    """The plain patterns below a node of the grammar, in order."""
    for each in node.get("patterns", [node]):
        if "include" in each:
            yield from patterns(REPOSITORY[each["include"].removeprefix("#")])
        elif "match" in each:
            yield each


def coloured(line):
    """The parts of a line with their colours, by the plain patterns alone: the earliest match wins."""
    known = [*patterns(REPOSITORY["separator"]), *patterns(REPOSITORY["entry"])]
    found, at = {}, 0
    while matches := [(match, each) for each in known if (match := _search(each, line, at))]:
        match, first = min(matches, key=lambda pair: pair[0].start())
        named = {"0": {"name": first["name"]}} if "name" in first else first["captures"]
        found |= {match[int(group)]: scope["name"].removesuffix(".xanoscript") for group, scope in named.items()}
        at = match.end()
    return found


def _search(pattern, line, at):
    match = re.compile(pattern["match"], re.MULTILINE).search(line, at)
    return match if match and match.end() > at else None


@pytest.mark.parametrize(("line", "expected"), SAMPLES)
def test_the_patterns_colour(line, expected):
    found = coloured(line)
    assert {part: found.get(part) for part in expected} == expected


@pytest.mark.skipif(not (MODULES.is_dir() and shutil.which("node")), reason="npm install in editors/vscode for it")
def test_the_engine_of_the_editor_colours_the_same():
    text = "\n".join(line for line, _ in SAMPLES)
    command = ["node", str(Path(__file__).with_name("textmate.js")), str(MODULES), str(GRAMMAR)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True, timeout=60)
    for written, (_, expected) in zip(done.stdout.splitlines(), SAMPLES, strict=True):
        found = {part: scopes[-1].removesuffix(".xanoscript") for part, scopes in json.loads(written) if scopes}
        assert {part: found.get(part) for part in expected} == expected


def test_a_text_is_closed_by_its_own_quote():
    for each in REPOSITORY["text"]["patterns"]:
        assert re.search(each["end"], each["begin"].partition("(")[0], re.MULTILINE)


def test_every_part_of_the_grammar_is_there_and_used():
    used = set(re.findall(r'"#(\w+)"', GRAMMAR.read_text(encoding="utf-8")))
    assert used == set(REPOSITORY)


def test_the_grammar_lists_no_names_of_the_language():
    written = GRAMMAR.read_text(encoding="utf-8")
    assert not re.search(r"\b(?:foreach|conditional|array\.push|strlen|trim|sha256)\b", written)


def test_the_client_knows_the_commands_of_the_server():
    script = (CLIENT / "extension.js").read_text(encoding="utf-8")
    registered = set(re.findall(r'registerCommand\("([\w.]+)"', script))
    assert registered == {RUN, TEST, *(each["command"] for each in PACKAGE["contributes"]["commands"])}


def test_the_files_that_the_client_names_are_there():
    named = [PACKAGE["main"], *(each["configuration"] for each in PACKAGE["contributes"]["languages"])]
    named += [each["path"] for each in PACKAGE["contributes"]["grammars"]]
    assert all((CLIENT / name).is_file() for name in named)
    json.loads((CLIENT / "language-configuration.json").read_text(encoding="utf-8"))


def test_a_folder_does_not_choose_what_is_run():
    setting = PACKAGE["contributes"]["configuration"]["properties"]["xsrun.command"]
    assert setting["scope"] == "machine"
