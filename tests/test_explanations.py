"""Every code has a page, and what the page shows is true: the example provokes the code, what mends it does not."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

import xsrun
from xsrun import extras, manual
from xsrun.cli.start import main
from xsrun.diagnostics import CODES, Exit
from xsrun.explanations import FILE, explanations, said

BOOK = tomllib.loads((Path(str(xsrun.__file__)).parent / "explanations.toml").read_text(encoding="utf-8"))
KNOWN = explanations()
READ = [each for each in KNOWN.values() if each.example and not each.command]
TYPED = [each for each in KNOWN.values() if each.command]
UNPROVOKED = {
    "cancelled", "diverged", "encoding", "file-error", "internal", "interrupted", "journal", "limit-time", "limits",
    "missing-extra", "nesting", "no-function", "no-worker", "outcome-unknown", "schema-loss", "source-size",
    "taken-over", "telemetry", "test-crashed", "too-complex", "unwritable",
}  # fmt: skip
"""Codes that no short text and no single command provokes."""
ANNOUNCED = {"unknown-variable", "missing-variable", "missing-input", "lost-reference"}
"""Codes of a warning and of the fault that follows when the program is run all the same."""
SAID = {"network-disabled": "network disabled in tests", "unexpected-request": "the case has no answer for GET"}
"""What is said where the code itself is not shown."""
NEEDED = {
    "lambda-error": "lambda", "bad-token": "crypto",
    "not-rego": "policy", "policy": "policy", "bad-action": "policy", "bad-alert": "policy",
}  # fmt: skip
"""The optional part that an example needs."""


def test_every_code_has_a_page_and_no_page_is_left_over():
    assert set(KNOWN) == set(CODES) == set(BOOK)


def test_every_code_that_can_be_provoked_is():
    silent = {code for code, each in KNOWN.items() if not each.example and not each.command}
    assert silent == UNPROVOKED
    assert [code for code in sorted(silent) if not KNOWN[code].why] == []


@pytest.mark.parametrize("explained", READ, ids=lambda each: each.code)
def test_an_example_gives_its_code(explained):
    needs_extra(explained.code)
    found = [each.code for each in said(explained, explained.example)]
    assert explained.code in found
    assert len(set(found)) == 1 or (len(found) == 2 and explained.code in ANNOUNCED), found


@pytest.mark.parametrize("explained", [each for each in READ if each.mended], ids=lambda each: each.code)
def test_what_mends_an_example_leaves_nothing_to_say(explained):
    needs_extra(explained.code)
    assert said(explained, explained.mended) == []


@pytest.mark.parametrize("explained", TYPED, ids=lambda each: each.code)
def test_a_command_gives_its_code(explained, tmp_path, monkeypatch, capsys):
    needs_extra(explained.code)
    beside(explained, tmp_path, monkeypatch)
    code, out, err = typed(explained.command, explained.example, capsys)
    assert SAID.get(explained.code, f"[{explained.code}]") in out + err
    assert code in (explained.exit, Exit.DONE if "warning[" in err else explained.exit)


@pytest.mark.parametrize(
    "explained", [each for each in TYPED if each.mended or each.mended_command], ids=lambda e: e.code
)
def test_what_mends_a_command_works(explained, tmp_path, monkeypatch, capsys):
    needs_extra(explained.code)
    beside(explained, tmp_path, monkeypatch)
    text = explained.mended or explained.example
    code, out, err = typed(explained.mended_command or explained.command, text, capsys)
    assert f"[{explained.code}]" not in out + err
    assert code == Exit.DONE


def beside(explained, folder: Path, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(folder / name))
    for path, text in explained.beside.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def typed(command: str, text: str, capsys) -> tuple[int, str, str]:
    if text:
        Path(FILE).write_text(text, encoding="utf-8")
    program, *arguments = shlex.split(command)
    assert program == "xsrun"
    code = main(arguments)
    return code, *capsys.readouterr()


def needs_extra(code: str) -> None:
    extra = NEEDED.get(code, "")
    if extra and not extras.is_installed(extra):
        pytest.skip(f"needs {extras.install_command(extra)}")


def test_a_page_shows_what_is_said_of_the_example():
    shown = manual.explanation_text(KNOWN["unknown-filter"])
    assert "error[unknown-filter]: Unknown filter function 'strlenght'" in shown
    assert shown.index("example:") < shown.index("says:") < shown.index("mended:")


def test_pages_name_commands_and_codes_that_exist():
    names = set(re.findall(r"`xsrun (\w+)", " ".join(each.why for each in KNOWN.values())))
    for name in names - {"COMMAND"}:
        assert main([name, "--help"]) == Exit.DONE
    spoken = re.findall(r"`([a-z]+(?:-[a-z]+)+)`", " ".join(each.why for each in KNOWN.values()))
    assert [each for each in spoken if each not in CODES] == []
