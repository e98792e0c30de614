"""Variables in the keyring of the system: put in, found by jobs, never shown."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from xsrun.cli.start import main
from xsrun.diagnostics import Exit

KEY = "u+JzQ8fk3Lmn0pQr"
JOB = """run.job "Show" {
  main = {name: "show"}
  env = ["send_key"]
}
---
function "show" {
  input {}
  stack {}
  response = {length: ($env.send_key|strlen), key: $env.send_key}
}
"""


class Held(KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[tuple[str, str], str] = {}
        self.locked = False
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        if self.locked:
            raise KeyringLocked("it is locked")
        return self.values.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.values[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.values:
            raise PasswordDeleteError("there is none")
        del self.values[service, username]


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("send_key", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.xs").write_text(JOB, encoding="utf-8")
    before, made = keyring.get_keyring(), Held()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def put(held: Held, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(KEY + "\n"))
    assert main(["secrets", "set", "send_key"]) == Exit.DONE
    assert KEY not in "".join(capsys.readouterr())


def run(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, Any, str]:
    code = main(["execute", *options])
    out, err = capsys.readouterr()
    assert KEY not in out + err
    return code, json.loads(out) if out else None, err


def test_a_job_finds_what_was_put_in(held: Held, put: None, tmp_path: Path, capsys: Any) -> None:
    assert held.values == {("xsrun", "send_key"): KEY}
    assert run(capsys)[:2] == (Exit.DONE, {"length": len(KEY), "key": "***"})
    names = tmp_path / "state" / "xsrun" / "secrets"
    assert names.read_text() == "send_key\n"
    assert stat.S_IMODE(names.stat().st_mode) == 0o600


def test_it_stands_behind_the_environment_and_before_files(
    held: Held, put: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    (tmp_path / ".env").write_text("send_key=from-a-file-of-the-job\n")
    assert run(capsys)[1]["length"] == len(KEY)
    assert run(capsys, "--env", "send_key=given")[1]["length"] == len("given")
    monkeypatch.setenv("send_key", "from-the-process")
    assert run(capsys)[1]["length"] == len("from-the-process")


def test_names_are_listed_and_values_are_not(held: Held, put: None, capsys: Any) -> None:
    assert main(["secrets", "list"]) == Exit.DONE
    assert capsys.readouterr().out == "send_key\n"
    assert main(["secrets", "list", "--json"]) == Exit.DONE
    assert json.loads(capsys.readouterr().out) == ["send_key"]
    assert not held.asked


def test_what_is_taken_out_is_missing(held: Held, put: None, tmp_path: Path, capsys: Any) -> None:
    assert main(["secrets", "unset", "send_ky"]) == Exit.USAGE
    assert "did you mean send_key?" in capsys.readouterr().err
    assert main(["secrets", "unset", "send_key"]) == Exit.DONE
    capsys.readouterr()
    assert run(capsys)[0] == Exit.ENVIRONMENT
    assert held.values == {}
    assert not (tmp_path / "state" / "xsrun" / "secrets").exists()
    assert main(["secrets", "list"]) == Exit.DONE
    assert capsys.readouterr() == ("", "there are none\n")


def test_what_somebody_else_took_out_is_missing_too(held: Held, put: None, capsys: Any) -> None:
    held.values.clear()
    assert run(capsys)[0] == Exit.ENVIRONMENT
    assert main(["secrets", "unset", "send_key"]) == Exit.DONE


def test_without_any_no_keyring_is_asked(held: Held, capsys: Any) -> None:
    assert run(capsys)[0] == Exit.ENVIRONMENT
    assert not held.asked


@pytest.mark.parametrize("given", ["send_key=" + KEY, "a b", "", "1st"])
def test_a_value_is_never_taken_from_the_command_line(held: Held, capsys: Any, given: str) -> None:
    assert main(["secrets", "set", given]) == Exit.USAGE
    err = capsys.readouterr().err
    assert "its value is read from stdin" in err
    assert KEY not in err
    assert held.values == {}


def test_an_empty_value_is_none(held: Held, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert main(["secrets", "set", "send_key"]) == Exit.USAGE
    assert "there is no value for send_key on stdin" in capsys.readouterr().err


def test_a_locked_keyring_says_so(held: Held, put: None, capsys: Any) -> None:
    held.locked = True
    code, _, err = run(capsys)
    assert code == Exit.USAGE
    assert "the keyring refuses: it is locked" in err
    assert run(capsys, "--env", "send_key=given")[0] == Exit.DONE, "a stronger place has it"


def test_a_system_without_a_keyring(tmp_path: Path) -> None:
    environment = {
        **os.environ, "XDG_STATE_HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }  # fmt: skip
    command = [sys.executable, "-m", "xsrun", "secrets", "set", "send_key"]
    done = subprocess.run(command, input=KEY, capture_output=True, text=True, timeout=60, env=environment)
    assert done.returncode == Exit.USAGE
    assert "this system has no keyring" in done.stderr
    assert not (tmp_path / "xsrun" / "secrets").exists()
