"""What is said about the mistakes that people make most: the whole text, carets and help included.

``mistakes.toml`` holds the cases: a ``stack`` (statements) or a ``file`` (documents), what is expected, and
what ``--fix`` makes of it (``fixed``; it leaves a case without it alone). ``XSRUN_REGENERATE=1`` rewrites what
is expected; read the difference before it is committed.
"""

import os
import tomllib
from pathlib import Path

import pytest
from stack import program, source_text

from xsrun.api import Project
from xsrun.diagnostics import Diagnostic, Found
from xsrun.fix import fix
from xsrun.project import load_text
from xsrun.render import diagnostic_text
from xsrun.source import Source
from xsrun.syntax.parser import parse_documents

BOOK = Path(__file__).parent / "mistakes.toml"
BESIDE = {"unused-variable"}
"""What is said of variables that a case sets only to have a value somewhere."""

CASES = tomllib.loads(BOOK.read_text(encoding="utf-8"))["case"]


def findings(case: dict[str, str]) -> list[Diagnostic]:
    project = Project(load_text(case["file"], "job.xs")) if "file" in case else program(case["stack"].rstrip("\n"))
    return [each for each in project.diagnostics if each.code not in BESIDE]


def fixed(case: dict[str, str]) -> str:
    """What mending makes of a case, ``""`` when it makes nothing of it."""
    text = case["file"] if "file" in case else source_text(case["stack"].rstrip("\n"))
    found = fix(lambda texts: Project(load_text(texts.get("", text), "job.xs")).diagnostics)
    if not found.mended:
        return ""
    [mended] = found.mended
    head, tail = ("", "") if "file" in case else source_text("\0").split("\0")
    return mended.text.removeprefix(head).removesuffix(tail) + ("" if "file" in case else "\n")


def said(case: dict[str, str]) -> str:
    return "\n".join(map(diagnostic_text, findings(case))) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_mistake(case):
    assert said(case) == case["expected"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_mistake_is_mended(case):
    assert fixed(case) == case.get("fixed", "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_each_mistake_is_reported_once(case):
    wanted = case.get("findings", 1)
    assert len(findings(case)) == wanted, said(case)


def test_titles_differ():
    titles = [case["title"] for case in CASES]
    assert len(titles) == len(set(titles))


@pytest.mark.skipif(not os.environ.get("XSRUN_REGENERATE"), reason="only when texts are rewritten")
def test_rewrite():
    head = BOOK.read_text(encoding="utf-8").partition("[[case]]")[0]
    BOOK.write_text(head + "\n".join(map(written, CASES)), encoding="utf-8")


def written(case: dict[str, str]) -> str:
    kind = "file" if "file" in case else "stack"
    count = f"findings = {case['findings']}\n" if "findings" in case else ""
    after = fixed(case)
    return (
        f'[[case]]\ntitle = "{case["title"]}"\n{count}'
        f"{kind} = '''\n{case[kind]}'''\nexpected = '''\n{said(case)}'''\n"
        + (f"fixed = '''\n{after}'''\n" if after else "")
    )


# ------------------------------------------------------------------ recovery

SEVERAL = """\
function "several" {
  input {
    string name
    int[] numbers
  }

  stack {
    var $a { value = 2 ** 3 }
    foreach ($input.numbers) {
      each as $n {
        conditional {
          if ($n = 1) { debug.log { value = $n } }
        }
      }
    }
    api.request {
      url: "https://example.com"
      method = "GET"
    } as $answer
    var $b {
      value = {
        first: $a,
        second: $answer.response.result|length
      }
    }
  }

  response = {total: $b, name: $input.name}
}
"""


def test_five_mistakes_of_different_kinds_are_five():
    found = Project(load_text(SEVERAL, "job.xs")).diagnostics
    assert sorted((each.code, each.line) for each in found) == [
        ("syntax", 8), ("syntax", 17), ("unknown-filter", 23), ("unknown-operator", 12), ("unknown-type", 3),
    ]  # fmt: skip


def test_five_mistakes_with_brackets_and_quotes_are_five():
    text = SEVERAL.replace("string name", "text name").replace("($n = 1)", "($n == 1").replace("|length", "|count")
    text = text.replace('url: "https://example.com"', 'url = "https://example.com').replace("numbers) {", "numbers {")
    text = text.replace("first: $a,", "first: [1, 2")
    found = Project(load_text(text, "job.xs")).diagnostics
    assert sorted((each.code, each.line) for each in found) == [
        ("syntax", 8), ("syntax", 17), ("unclosed", 9), ("unclosed", 12), ("unclosed", 22),
    ]  # fmt: skip


def test_what_was_read_around_a_mistake_stays():
    found = Found()
    [parsed] = parse_documents(Source("job.xs", SEVERAL), found)
    [function] = parsed.document.entries
    assert [entry.name if hasattr(entry, "name_end") else entry.keyword for entry in function.body] == [
        "input", "stack", "response",
    ]  # fmt: skip
    assert [statement.keyword for statement in function.block("stack").body] == ["var", "foreach", "api.request", "var"]
