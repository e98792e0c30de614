"""A fault of xsrun itself, shown without a traceback and without values."""

from __future__ import annotations

import sys
import traceback

from xsrun.diagnostics import Exit


def report(error: BaseException) -> int:
    """Say what broke and where in xsrun, and nothing of the data it worked on. Gives back the exit code."""
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if "xsrun" in frame.filename]
    last = places[-1] if places else None
    where = f"{last.filename.rpartition('xsrun/')[2]}:{last.lineno} in {last.name}" if last else "outside xsrun"
    sys.stderr.write(
        f"error[internal]: xsrun itself broke: {type(error).__name__} at {where}\n"
        "  = help: this is a bug; please report the line above with the smallest job that shows it\n"
    )
    return Exit.INTERNAL
