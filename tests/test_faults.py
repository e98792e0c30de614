"""What people read when a program is wrong: a job folder a case, and the whole text beside it.

``XSRUN_REGENERATE=1`` rewrites the texts; read the difference before it is committed.
"""

import os
from pathlib import Path

import pytest

import xsrun
from xsrun.cli.output import Output
from xsrun.diagnostics import CODES, Exit
from xsrun.effects.memory import memory_world
from xsrun.render import diagnostic_text, failure_text
from xsrun.runtime.job import Failure
from xsrun.runtime.secrets import Masker

CASES = sorted(folder for folder in (Path(__file__).parent / "faults").iterdir() if folder.is_dir())


def faults(folder: Path) -> str:
    """Everything that is said about a folder: what was found, or how its only job failed."""
    project = xsrun.load(folder)
    texts = [diagnostic_text(found) for found in project.diagnostics]
    if not project.errors:
        result = project.run(world=memory_world())
        if result.error is not None:
            texts.append(failure_text(result.error, result.requests, Masker(())))
    assert texts, "nothing is wrong with it"
    return "\n\n".join(texts) + "\n"


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_fault(folder):
    expected = folder / "stderr.txt"
    text = faults(folder)
    if os.environ.get("XSRUN_REGENERATE"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_codes_are_known(folder):
    project = xsrun.load(folder)
    assert {found.code for found in project.diagnostics} <= set(CODES)
    assert all(CODES[found.code].exit is not Exit.INTERNAL for found in project.diagnostics)


@pytest.mark.parametrize("opening", ["[", "(", "{a: ", "`(", "!", "-", "1 + (", "[] ~ [", "true ? (", "[1]|map:("])
def test_nesting_without_end(opening, tmp_path):
    (tmp_path / "deep.xs").write_text(
        f"function deep {{\n  stack {{\n    var $x {{ value = {opening * 10_000}1 }}\n  }}\n}}"
    )
    assert xsrun.load(tmp_path).errors


def test_blocks_without_end(tmp_path):
    body = "group { stack { " * 10_000
    (tmp_path / "deep.xs").write_text(f"function deep {{\n  stack {{\n    {body}\n")
    assert [found.code for found in xsrun.load(tmp_path).errors] == ["nesting"]


@pytest.mark.slow
def test_a_source_of_twenty_megabytes(tmp_path):
    (tmp_path / "large.xs").write_text(
        "function large {\n  stack {\n" + "    debug.log { value = 1 }\n" * 720_000 + "  }\n}\n"
    )
    assert [found.code for found in xsrun.load(tmp_path).errors] == ["source-size"]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(xsrun.XsError) as raised:
        xsrun.load(tmp_path / "nowhere")
    assert [found.code for found in raised.value.diagnostics] == ["not-found"]


def test_what_others_wrote_is_no_message_of_ours_and_does_nothing_to_a_terminal():
    written = "no é\twell\nerror[x]: forged\x1b[2J\r\x9b1m\u202e\nkey-of\ntwo-lines"
    text = failure_text(Failure("x", written, Exit.FAILED, written), (), Masker(("key-of\ntwo-lines",)))
    shown = "no é\twell\n  error[x]: forged\\x1b[2J\\r\\x9b1m\\u202e\n  ***"
    assert text == f"error[x]: {shown}\n  = help: {shown}"
    output = Output()
    output.masker.add(["key-of\ntwo-lines"], "KEY")
    assert output.log(written) == f"log: {shown}"
