"""The way in. A plain ``execute`` is read here; everything else goes to the full command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from xsrun.cli.options import EXECUTE, NotUnderstood, parse
from xsrun.diagnostics import Exit
from xsrun.late import Late

RUN_WORDS = ("execute", "run", "exec")

_execute = Late("xsrun.cli.execute", "execute")
_app = Late("xsrun.cli.app", "run")
_report_bug = Late("xsrun.cli.bug", "report")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and give back its exit code."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _dispatch(argv)
    except KeyboardInterrupt:
        sys.stderr.write("stopped by the keyboard\n")
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        return int(Exit.DONE)
    except Exception as error:  # the one place where a fault of ours is caught: it becomes a report, not a traceback
        return int(_report_bug(error))


def _dispatch(argv: list[str]) -> int:
    if argv[:1] and argv[0] in RUN_WORDS:
        rest = argv[1:]
        if argv[0] == "run" and rest[:1] == ["execute"]:
            rest = rest[1:]
        try:
            options = parse(EXECUTE, rest)
        except NotUnderstood:
            return int(_app([argv[0], *rest]))
        return int(_execute(options))
    return int(_app(argv))
