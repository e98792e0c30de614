"""The way in. A plain ``execute`` is read here; everything else goes to the full command line."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence

from xsrun.cli.options import EXECUTE, NotUnderstood, parse
from xsrun.diagnostics import Exit
from xsrun.late import Late

RUN_WORDS = ("execute", "run", "exec")
CLIENT_WORDS = {
    "sessions": ("list", "get", "start", "stop", "delete", "-h", "--help"),
    "sink": ("get", "-h", "--help"),
    "env": ("list", "set", "get", "delete", "-h", "--help"),
    "projects": ("list", "create", "update", "delete", "-h", "--help"),
    "info": (),
    "history": (),
    "deploy": (),
}
"""What follows ``run`` where it is not a job: commands of the platform's client, and what has to follow them."""

UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})

_execute = Late("xsrun.cli.execute", "execute")
_app = Late("xsrun.cli.app", "run")
_run_client = Late("xsrun.cli.app", "run_client")
_report_bug = Late("xsrun.cli.bug", "report")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and give back its exit code."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    _open_streams()
    try:
        code = _dispatch(argv)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        sys.stderr.write("stopped by the keyboard\n")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return Exit.DONE
    except OSError as error:
        if error.errno not in UNWRITABLE:
            return int(_report_bug(error))
        _drop_output()
        said = [f"error[output]: the output cannot be written: {error.strerror}"]
        said += [f"  = help: {note}" for note in getattr(error, "__notes__", ())]
        sys.stderr.write("\n".join(said) + "\n")
        return Exit.FAILED
    except Exception as error:  # the one place where a fault of ours is caught: it becomes a report, not a traceback
        return int(_report_bug(error))


def _open_streams() -> None:
    """Let streams that are closed take everything and hold nothing, and documents be UTF-8 whatever the locale says."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding != "utf-8":
            stream.reconfigure(encoding="utf-8")


def _drop_output() -> None:
    """Keep the end of the process from writing once more what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_client(words: list[str]) -> bool:
    """Whether this is a command of the platform's client, and no folder or job of that name."""
    follows = CLIENT_WORDS.get(words[0]) if words else None
    if not follows:
        return follows is not None
    return words[1] in follows if words[1:] else not os.path.lexists(words[0])


def _dispatch(argv: list[str]) -> int:
    if argv[:1] and argv[0].startswith("run:"):
        argv = [*argv[0].split(":"), *argv[1:]]
    if argv[:2] == ["job", "run"]:
        argv = argv[1:]
    if argv[:1] == ["run"] and _is_client(argv[1:]):
        return int(_run_client(argv[1:]))
    if argv[:1] and argv[0] in RUN_WORDS:
        rest = argv[1:]
        if argv[0] == "run" and rest[:1] in (["execute"], ["exec"]):
            rest = rest[1:]
        try:
            options = parse(EXECUTE, rest)
        except NotUnderstood:
            return int(_app([argv[0], *rest]))
        return int(_execute(options))
    return int(_app(argv))
