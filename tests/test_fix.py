"""Mending: a mistake that is put into a program is taken out again, and nothing else changes.

Valid programs (jobs, scripts, random ones) get mistakes of one kind everywhere they fit; ``fix`` must give back
the tree of the original.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from random_programs import programs
from stack import source_text
from test_properties import examples, sources

import xsrun
from xsrun.api import Project
from xsrun.builtins.catalogue import registry
from xsrun.compile.calls import FALSE_FRIENDS
from xsrun.diagnostics import Diagnostic, Edit
from xsrun.files import replace
from xsrun.fix import Fixes, applied, fix
from xsrun.project import load_text
from xsrun.reports import report
from xsrun.source import Source, Span
from xsrun.syntax import tree

ROOT = Path(__file__).parent.parent


def fixes(text: str) -> Fixes:
    """What mending a text comes to."""
    return fix(lambda texts: Project(load_text(texts.get("", text), "job.xs")).diagnostics)


def mended(text: str) -> str:
    return next((each.text for each in fixes(text).mended), text)


# ------------------------------------------------------------------ putting mistakes in

Changes = Iterator[tuple[int, int, str]]
TYPES = {"text": "string", "int": "integer", "bool": "Boolean", "decimal": "float", "json": "any"}
MISNOMERS = {
    record.name: name
    for record in registry().filters.values()
    for name in record.misnomers
    if sum(name in each.misnomers for each in registry().filters.values()) == 1 and name not in FALSE_FRIENDS
}


def walk(node: tree.Node) -> Iterator[tree.Node]:
    """Every node but the arguments of filters: those take in what stands behind them."""
    yield node
    for child in node.children():
        if isinstance(child, tree.Filter):
            continue
        yield from walk(child)


def parentheses(node: tree.Node, text: str) -> Changes:
    left = node.left if isinstance(node, tree.Operation) else node.condition if isinstance(node, tree.Ternary) else None
    if isinstance(left, tree.Group) and isinstance(left.value, tree.Chain) and not left.value.filters[-1].arguments:
        last = left.value.filters[-1]
        if isinstance(node, tree.Operation) and left.value.subject is not None and not last.disabled:
            yield left.start, left.start + 1, ""
            yield left.end - 1, left.end, ""


def type_names(node: tree.Node, text: str) -> Changes:
    if isinstance(node, tree.Field) and node.type in TYPES:
        yield node.type_start, node.type_start + len(node.type), TYPES[node.type]


def filter_names(node: tree.Node, text: str) -> Changes:
    if isinstance(node, tree.Filter) and node.name in MISNOMERS and not node.disabled:
        yield node.name_start, node.name_start + len(node.name), MISNOMERS[node.name]


def body_for_params(node: tree.Node, text: str) -> Changes:
    if isinstance(node, tree.Block) and node.keyword == "api.request":
        for entry in node.body or ():
            if isinstance(entry, tree.Attribute) and text[entry.start : entry.name_end] == "params":
                yield entry.start, entry.name_end, "body"


def else_if(node: tree.Node, text: str) -> Changes:
    if isinstance(node, tree.Block) and node.keyword == "elseif":
        yield node.keyword_start, node.keyword_start + len("elseif"), "else if"


def bare_if(node: tree.Node, text: str) -> Changes:
    if isinstance(node, tree.Block) and node.keyword == "conditional" and not node.disabled:
        entries = node.body or []
        plain = all(isinstance(each, tree.Block) and not each.disabled for each in entries)
        if entries and plain and not node.heads:
            yield node.start, text.index("{", node.start) + 1, ""
            yield node.end - 1, node.end, ""


def bare_loops(node: tree.Node, text: str) -> Changes:
    if isinstance(node, tree.Block) and node.keyword == "while" and len(node.body or ()) == 1:
        [each] = node.body or ()
        if isinstance(each, tree.Block) and each.keyword == "each" and not each.binding and not each.disabled:
            yield each.start, text.index("{", each.start) + 1, ""
            yield each.end - 1, each.end, ""


def bare_foreach(node: tree.Node, text: str) -> Changes:
    """Only where the body tells which name was meant: it reads it, and nothing else sets it."""
    if isinstance(node, tree.Block) and node.keyword == "foreach" and len(node.body or ()) == 1:
        [each] = node.body or ()
        if isinstance(each, tree.Block) and each.keyword == "each" and each.binding and not each.disabled:
            name = text[each.binding.start : each.binding.end].partition("$")[2]
            outside = text[: each.start] + text[each.end :]
            alone = "foreach" not in text[each.start : each.end] and name.isidentifier()
            if alone and f"${name}" in text[each.binding.end : each.end] and f"${name}" not in outside:
                yield each.start, text.index("{", each.start) + 1, ""
                yield each.end - 1, each.end, ""


def words_for_operators(node: tree.Node, text: str) -> Changes:
    words = {"&&": " and ", "||": " or "}
    if isinstance(node, tree.Operation) and node.operator in words:
        yield node.at, node.at + 2, words[node.operator]


def equals_in_objects(node: tree.Node, text: str) -> Changes:
    if isinstance(node, tree.ObjectLiteral):
        for pair in node.pairs:
            plain = isinstance(pair, tree.Pair) and not pair.disabled and not pair.computed and not pair.key.isdigit()
            if plain and text[pair.start :].startswith(f"{pair.key}:") and pair.key.isidentifier():
                yield pair.start + len(pair.key), pair.start + len(pair.key) + 1, " ="


def colons_in_blocks(node: tree.Node, text: str) -> Changes:
    first = text[: node.start].rpartition("\n")[2].strip() == ""
    older = text[: node.start].rstrip().endswith("response {")  # which then would be an object
    if isinstance(node, tree.Attribute) and first and not older and text[node.name_end :].startswith(" = "):
        yield node.name_end, node.name_end + 2, ":"


MISTAKES = (
    words_for_operators,
    equals_in_objects,
    colons_in_blocks,
    parentheses,
    type_names,
    filter_names,
    body_for_params,
    else_if,
    bare_if,
    bare_loops,
    bare_foreach,
)


def spoilt(text: str, mistake) -> str:
    """The text with a mistake in every place that it fits."""
    source, edits = Source("job.xs", text), []
    for document in documents(text):
        for node in document.walk() if mistake is filter_names else walk(document):
            edits += [Edit(Span(source, start, end), new) for start, end, new in mistake(node, text)]
    return applied(text, edits)


def same_trees(a: str, b: str) -> bool:
    first, second = documents(a), documents(b)
    return len(first) == len(second) and all(x.same(y) for x, y in zip(first, second, strict=True))


@cache
def documents(text: str) -> list[tree.Document]:
    return xsrun.parse(text).documents


def comes_back(text: str, mistake) -> bool:
    """Whether the mistake fits anywhere; what is mended then is what it was."""
    wrong = spoilt(text, mistake)
    if wrong == text:
        return False
    right = mended(wrong)
    assert right != wrong, wrong
    assert same_trees(right, text), f"{wrong}\n\nbecame\n\n{right}"
    assert mended(right) == right
    return True


# ------------------------------------------------------------------ valid programs


JOBS = [
    text
    for path in sorted((ROOT / "jobs").rglob("*.xs"))
    if "$db." not in (text := path.read_text(encoding="utf-8")) and not path.match("workflow_test/*")
]
"""Files that say alone what they mean: conditions need their tables, and in workflow tests `$response` is any name."""
SCRIPTS = [
    source_text(case.partition("\n")[2].rstrip())
    for path in sorted((ROOT / "tests" / "scripts").glob("*.xs"))
    for case in path.read_text(encoding="utf-8").split("\n//=== ")
    if "//!" not in case
]


@pytest.mark.long
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.__name__)
def test_a_mistake_in_a_valid_program_is_taken_out(mistake):
    fitting = sum(comes_back(text, mistake) for text in [*JOBS, *SCRIPTS])
    assert fitting > 3


@pytest.mark.slow
@given(programs())
@settings(examples(4), phases=[Phase.explicit, Phase.generate])
def test_mistakes_in_random_programs_are_taken_out(text):
    for mistake in MISTAKES:
        comes_back(text, mistake)


@pytest.mark.slow
@given(sources)
@examples(80)
def test_any_text_is_mended_once_and_for_all(text):
    """Nothing breaks it, what comes out has less wrong with it, and there is nothing more to mend."""
    assert fixes(text).left == []
    assert mended(mended(text)) == mended(text)


def test_sarif_carries_the_edits():
    [found] = Project(load_text("function f { input { string a } }", "job.xs")).diagnostics
    [result] = json.loads(report("sarif", [found]))["runs"][0]["results"]
    [fixed] = result["fixes"]
    region = {"startLine": 1, "startColumn": 22, "endLine": 1, "endColumn": 28}
    assert fixed["artifactChanges"] == [
        {
            "artifactLocation": {"uri": "job.xs", "uriBaseId": "%SRCROOT%"},
            "replacements": [{"deletedRegion": region, "insertedContent": {"text": "text"}}],
        }
    ]


# ------------------------------------------------------------------ what is left alone


@pytest.mark.parametrize("text", JOBS, ids=range(len(JOBS)))
def test_a_program_without_mistakes_is_not_touched(text):
    assert fixes(text).mended == []


def test_a_variable_that_a_text_mentions_keeps_its_name():
    text = source_text('var $response { value = 1 }\ndebug.log { value = "$response" }')
    assert fixes(text).mended == []


def test_edits_that_make_a_text_worse_are_taken_back():
    """A finding whose edit breaks the text: it stays as it was, and that is said."""
    text = source_text("debug.log { value = 1 }")

    def look(texts):
        source = Source("job.xs", texts.get("", text))
        at = source.text.find("{ value")
        wrong = Edit(Span(source, at, at + 1), "")
        found = Project(load_text(source.text, "job.xs")).diagnostics
        return found or [Diagnostic("syntax", "a brace", Span(source, at, at + 1), edits=(wrong,))]

    found = fix(look)
    assert found.mended == []
    assert [each.text for each in found.left] == [text]


def test_an_edit_that_changes_nothing_ends():
    source = Source("job.xs", "abc")
    same = Diagnostic("syntax", "a", Span(source, 0, 1), edits=(Edit(Span(source, 0, 1), "a"),))
    assert fix(lambda texts: [same]).mended == []


def test_edits_of_two_findings_at_one_place_are_made_one_after_the_other():
    text = source_text("conditional {\nif ([1]|count > 0 && [2]|count > 0) {\n}\n}")
    assert "if (([1]|count) > 0 && ([2]|count) > 0)" in mended(text)


# ------------------------------------------------------------------ files


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path):
    file = tmp_path / "a.xs"
    file.write_bytes(b"before")
    file.chmod(0o640)
    replace(str(file), b"after")
    assert file.read_bytes() == b"after"
    assert file.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["a.xs"]


def test_what_cannot_be_replaced_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "a.xs"
    folder.mkdir()
    with pytest.raises(OSError, match=r"a\.xs"):
        replace(str(folder), b"after")
    assert [each.name for each in tmp_path.iterdir()] == ["a.xs"]
