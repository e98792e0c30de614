"""Canonical texts: pairs of before and after, and what holds for every program.

A file of ``tests/formatting`` holds cases: ``//=== title``, a text, a line ``//--- becomes``, the canonical text.
``XSRUN_REGENERATE=1`` rewrites the second; read the difference before it is committed. ``XSRUN_CORPUS`` names a folder
of further programs that everything is tried on.
"""

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fuzz import broken, kind_of, pieces_of, programs, statements_of
from hypothesis import HealthCheck, given, settings
from random_programs import programs as random_programs
from stack import program

import xsrun
from xsrun.cli.start import main
from xsrun.diagnostics import Exit, Found
from xsrun.effects.memory import memory_world
from xsrun.formatting import format_file, write
from xsrun.source import Source
from xsrun.syntax import tree
from xsrun.syntax.lexer import Token
from xsrun.syntax.parser import parse_documents, read_documents
from xsrun.syntax.printer import canonical
from xsrun.syntax.printer.roles import written

ROOT = Path(__file__).parent.parent
GOLDEN = sorted((ROOT / "tests" / "formatting").glob("*.xs"))
TITLE, BECOMES = "//=== ", "//--- becomes\n"
CORPUS = os.environ.get("XSRUN_CORPUS", "")


# ------------------------------------------------------------------ pairs


class Pair(NamedTuple):
    """A text and its canonical form."""

    title: str
    before: str
    after: str


def pairs(path: Path) -> Iterator[Pair]:
    for case in ("\n" + path.read_text(encoding="utf-8").removesuffix("\n")).split("\n" + TITLE)[1:]:
        title, _, texts = case.partition("\n")
        before, _, after = f"{texts}\n".partition(BECOMES)
        yield Pair(title, before, after)


@pytest.mark.skipif(not os.environ.get("XSRUN_REGENERATE"), reason="XSRUN_REGENERATE is not set")
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_regenerate(path):
    texts = [f"{TITLE}{each.title}\n{each.before}{BECOMES}{xsrun.format(each.before)}" for each in pairs(path)]
    path.write_text("".join(texts), encoding="utf-8")


@pytest.mark.parametrize(
    "pair", [pair for path in GOLDEN for pair in pairs(path)], ids=lambda pair: pair.title.replace(" ", "-")
)
def test_pair(pair):
    assert xsrun.format(pair.before) == pair.after
    holds(pair.before)


# ------------------------------------------------------------------ what holds for every program


def shape(document: tree.Document) -> list[Any]:
    """A tree without its places: its nodes in order, each with what it consists of."""
    return [
        (type(node).__name__, [_part(getattr(node, name)) for name in tree.PARTS[type(node)]])
        for node in document.walk()
    ]


def _part(value: Any) -> Any:
    if isinstance(value, list):
        return [_part(each) for each in value]
    if isinstance(value, Token):
        return value.type, written(value)
    return type(value).__name__ if isinstance(value, tree.Node) else value


def said(text: str) -> tuple[list[Any], list[str]]:
    """The trees of a text, and its comments in order."""
    documents = parse_documents(Source("a.xs", text), Found())
    comments = [text[each.start : each.end].rstrip() for document in documents for each in document.comments]
    shapes = [shape(document.document) for document in documents]
    return [each for each in shapes if len(each) > 1], comments


def holds(text: str) -> bool:
    """Whether a text can be formatted; if so, nothing but its layout changes, and that only once."""
    found = Found()
    after = canonical(Source("a.xs", text), found)
    assert "internal" not in [each.code for each in found.items], text
    if after is None:
        assert any(each.severity == "error" for each in found.items)
        return False
    assert said(after) == said(text)
    assert xsrun.format(after) == after
    return True


@pytest.mark.slow
def test_shipped_programs_and_golden_scripts():
    assert all(holds(text) for text in programs([ROOT / "benchmarks"]) if "//! " not in text)


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS, reason="XSRUN_CORPUS names no folder of programs")
def test_corpus():
    texts = [path.read_bytes().decode("utf-8", "replace") for path in sorted(Path(CORPUS).rglob("*.xs"))]
    assert sum(map(holds, texts)) > 0.98 * len(texts)


@pytest.mark.slow
def test_random_programs():
    program("").call("case", world=memory_world())  # raises Python's recursion limit, which hypothesis must not see

    @settings(max_examples=12, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(random_programs())
    def formats(text: str) -> None:
        assert holds(text)

    formats()


@pytest.mark.slow
def test_broken_programs_are_formatted_or_reported():
    chance = random.Random(1)
    texts = programs([])
    pieces = [pieces_of(text) for text in texts]
    spare = {"": sorted({statement for text in texts for statement in statements_of(text)})}
    for piece in sorted({piece for each in pieces for piece in each}):
        spare.setdefault(kind_of(piece), []).append(piece)
    short = [each for each in pieces if len(each) < 400]
    outcomes = [holds("".join(broken(chance.choice(short), spare, chance))) for _ in range(300)]
    assert 0.05 < sum(outcomes) / len(outcomes) < 0.95


# ------------------------------------------------------------------ any layout


def scattered(text: str, chance: random.Random) -> str:
    """The same tokens with other blanks and line breaks, and comments, wherever those change nothing."""
    out: list[str] = []
    for number, (lexed, _) in enumerate(read_documents(Source("a.xs", text), Found())):
        out.append("\n---\n" if number else "")
        end, depth = 0, 0
        for at, token in enumerate(lexed.tokens):
            depth += (token.type == "BTICK") - (token.type == "ETICK")
            gap = text[end : token.start] if at else ""
            if token.type != "SEP" and not depth:
                gap = _noise(gap, lexed.tokens[at - 1].type if at else "SEP", chance)
            out.append(gap + token.value if token.type != "SEP" or token.value == "," else gap)
            end = token.end
    return "".join(out)


def _noise(gap: str, last: str, chance: random.Random) -> str:
    gap = re.sub(r"[ \t]+", lambda _: " " * chance.randint(1, 3) + "\t" * chance.randint(0, 1), gap)
    draw = chance.random()
    if "\n" in gap or (last in ("LPAR", "LCOND", "LSQUARE", "LOBJECT", "COLON", "LOGIC") and draw < 0.1):
        above = [f"\n{' ' * chance.randint(0, 9)}// n{chance.randint(0, 99)}" for _ in range(chance.randint(0, 2))]
        behind = f" // t{chance.randint(0, 99)}" if chance.random() < 0.3 else ""
        return behind + "\n" * chance.randint(0, 3) + "".join(above) + "\n" + " " * chance.randint(0, 30)
    return gap


@pytest.mark.slow
def test_any_layout_with_comments_anywhere():
    chance = random.Random(2)
    texts = [text for text in programs([ROOT / "benchmarks"]) if "//! " not in text]
    outcomes = [holds(scattered(chance.choice(texts), chance)) for _ in range(80)]
    assert sum(outcomes) > 0.5 * len(outcomes)


# ------------------------------------------------------------------ texts with odd bytes


def test_line_ends_become_line_feeds_outside_texts():
    before = 'function a {\r\n\tstack {\r\n\t\tvar $a { value = "x\r\ny" ~ """\r\n  z\r\n  """ } // c\r\n\t}\r\n}\r\n'
    after = 'function a {\n  stack {\n    var $a {\n      value = "x\r\ny" ~ """\n  z\n  """\n    } // c\n  }\n}\n'
    assert xsrun.format(before) == after
    assert holds(before)


@pytest.mark.parametrize("text", ["", "\n\n", "---\n", " \t"])
def test_nothing_stays_nothing(text):
    assert xsrun.format(text) == ""


@pytest.mark.parametrize("brackets", [("[", "]"), ("(", ")"), ("{a: ", "}"), ("[{a: ([", "])}]")])
def test_brackets_as_deep_as_they_may_be(brackets):
    deep = 190 // sum(map(brackets[0].count, "[{("))
    value = brackets[0] * deep + "1" + brackets[1] * deep
    assert holds(f"function a {{\nresponse = {value}\n}}")


def test_a_fault_is_raised_with_every_finding():
    with pytest.raises(xsrun.XsError) as raised:
        xsrun.format("function a {\n  response = ]\n}", "job/a.xs")
    assert [(each.line, each.span.source.name) for each in raised.value.diagnostics] == [(2, "job/a.xs")] * 2


# ------------------------------------------------------------------ files

UNTIDY = "function  a { }"
TIDY = "function a {\n}\n"


def test_a_file_keeps_its_permissions_and_no_other_is_left(tmp_path):
    file = tmp_path / "a.xs"
    file.write_text(UNTIDY)
    file.chmod(0o640)
    assert main(["fmt", str(tmp_path)]) == Exit.DONE
    assert (file.read_text(), file.stat().st_mode & 0o777) == (TIDY, 0o640)
    assert [*tmp_path.iterdir()] == [file]


def test_links_are_followed_inside_the_folder_only(tmp_path, capsys):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    for folder in (home / "real", elsewhere):
        folder.mkdir(parents=True)
        (folder / "a.xs").write_text(UNTIDY)
    (home / "in.xs").symlink_to(home / "real" / "a.xs")
    (home / "out.xs").symlink_to(elsewhere / "a.xs")
    (home / "folder").symlink_to(elsewhere)
    assert main(["fmt", str(home)]) == Exit.DONE
    assert (home / "in.xs").is_symlink()
    assert (home / "real" / "a.xs").read_text() == TIDY
    assert (elsewhere / "a.xs").read_text() == UNTIDY
    assert capsys.readouterr().out == f"{home / 'in.xs'}\n"
    assert main(["fmt", str(home / "out.xs")]) == Exit.DONE
    assert (elsewhere / "a.xs").read_text() == TIDY
    assert (home / "out.xs").is_symlink()


def test_a_file_that_changes_in_the_meantime_is_left_alone(tmp_path):
    file = tmp_path / "a.xs"
    file.write_text(UNTIDY)
    done = format_file(str(file))
    file.write_text("function  b { }")
    assert [each.code for each in write(done).errors] == ["unwritable"]
    assert file.read_text() == "function  b { }"


def test_a_byte_order_mark_stays(tmp_path):
    file = tmp_path / "a.xs"
    file.write_text("\ufeff" + UNTIDY, encoding="utf-8")
    assert main(["fmt", str(tmp_path)]) == Exit.DONE
    assert file.read_text(encoding="utf-8") == "\ufeff" + TIDY


def test_what_is_no_text_is_reported(tmp_path, capsys):
    (tmp_path / "a.xs").write_bytes(b"function \xff {}")
    assert main(["fmt", str(tmp_path)]) == Exit.SOURCE
    assert "error[encoding]" in capsys.readouterr().err


def test_a_name_that_is_no_text_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path(os.fsdecode(b"\xff.xs")).write_text(UNTIDY)
    assert main(["fmt", "--check"]) == Exit.FAILED
    assert main(["fmt", "--json"]) == Exit.DONE
    assert capsys.readouterr().out.startswith("\\udcff.xs\n")
