"""The Rego engine: a process apart, with bounds on its time and memory, that can reach nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from xsrun.diagnostics import Diagnostic, Exit, LimitFault, XsError
from xsrun.extras import install_command, is_installed
from xsrun.policies.rego import RULE, Read, tokens
from xsrun.source import Span

EXTRA: Final = "policy"
SECONDS: Final = 10.0
"""How long a policy may think."""
MEGABYTES: Final = 512
"""How much memory its process may fill, where the system says how much it does."""
LOOK: Final = 0.02
"""Seconds between two looks at its memory."""
_SCRIPT: Final = str(Path(__file__).with_name("engine_process.py"))


class MissingEngine(Exception):
    """The engine is not installed; ``help`` is the command that does it."""

    exit = Exit.USAGE

    def __init__(self) -> None:
        super().__init__("policies in Rego need the package regopy, which is not installed")
        self.help = install_command(EXTRA)


def evaluate(policies: list[Read], package: str, input: Any) -> list[Any]:
    """The members of the set ``run`` of a package, for an input.

    Raises MissingEngine, XsError with what the engine says, and LimitFault when it takes too much.
    """
    if not is_installed(EXTRA):
        raise MissingEngine
    by_name = {policy.source.name: policy for policy in policies}
    asked = {
        "modules": [[name, policy.mended] for name, policy in by_name.items()],
        "query": f"[job | data.{package}.{RULE}[job]]",
        "input": json.dumps(input, ensure_ascii=False).encode("utf-8", "backslashreplace").decode(),
    }
    answer = _answer(json.dumps(asked).encode())
    if "value" in answer:
        members: list[Any] = answer["value"]
        return sorted(members, key=_Term)
    raise XsError(dict.fromkeys(_diagnostic(problem, by_name) for problem in answer["problems"]))


def _diagnostic(problem: list[Any], by_name: dict[str, Read]) -> Diagnostic:
    """What the engine says, at its place in the source."""
    name, start, length, message = problem
    if name in by_name:
        return Diagnostic("policy", f"this is no Rego: {message}", by_name[name].place(start, length))
    return Diagnostic("policy", f"the policy cannot be evaluated: {message}", _named(message, by_name.values()))


def _named(message: str, policies: Iterable[Read]) -> Span | None:
    """Where a policy has the function or name that a message without a place ends with."""
    name = message.rpartition(": ")[2]
    for policy in policies:
        for token in tokens(policy.source.text):
            if token.text == name.partition(".")[0] and policy.source.text.startswith(name, token.start):
                return Span(policy.source, token.start, token.start + len(name))
    return None


def _answer(asked: bytes) -> dict[str, Any]:
    spec = find_spec("regopy")
    assert spec is not None
    assert spec.origin is not None
    command = [sys.executable, "-I", "-S", _SCRIPT, os.path.dirname(os.path.dirname(spec.origin))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd=os.sep
    ) as process:
        try:
            told = _watched(process, asked)
        finally:
            process.kill()
    try:
        answer: dict[str, Any] = json.loads(told)
    except ValueError:
        if process.returncode == -signal.SIGXCPU:
            raise _too_long() from None
        help = "make the policy smaller, or nest it less"
        raise LimitFault("limit-size", "the engine gave up on the policy", help=help) from None
    return answer


def _watched(process: subprocess.Popen[bytes], asked: bytes) -> bytes:
    """What a process answers, unless it takes too much. Raises LimitFault."""
    deadline = time.monotonic() + SECONDS
    pending: bytes | None = asked
    while True:
        try:
            told, _ = process.communicate(pending, timeout=LOOK)
        except subprocess.TimeoutExpired:
            pending = None
        else:
            return told
        if _megabytes(process.pid) > MEGABYTES:
            raise LimitFault("limit-size", f"the policy takes more than {MEGABYTES} MB", help="let it make less")
        if time.monotonic() > deadline:
            raise _too_long()


def _too_long() -> LimitFault:
    return LimitFault("limit-time", f"the policy takes more than {SECONDS:g} s", help="let it do less")


def _megabytes(process: int) -> int:
    """The memory that a process fills; 0 where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") >> 20
    return 0


class _Term:
    """A value in the order of Rego: null, truth, number, text, list, object; objects by keys, then values."""

    def __init__(self, value: Any) -> None:
        self.rank = _rank(value)

    def __lt__(self, other: _Term) -> bool:
        return self.rank < other.rank


def _rank(value: Any) -> tuple[Any, ...]:
    if value is None or isinstance(value, bool):
        return int(value is not None), value or False
    if isinstance(value, int | float):
        return 2, value
    if isinstance(value, str):
        return 3, value
    if isinstance(value, list):
        return 4, [_rank(each) for each in value]
    pairs = sorted(value.items())
    return 5, [(key, _rank(each)) for key, each in pairs]
