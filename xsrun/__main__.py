"""``python -m xsrun`` and the ``xsrun`` command."""

from __future__ import annotations

import gc
import sys
from importlib import import_module

RARELY = 50_000
"""New objects between two looks for garbage; at the 700 of Python the imports of a start alone cost thirty."""


def main() -> None:
    """Run the command line and end the process with its code."""
    gc.set_threshold(RARELY)
    try:
        code = import_module("xsrun.cli.start").main()
    except KeyboardInterrupt:  # while the command line itself is read in
        sys.stderr.write("stopped by the keyboard\n")
        code = import_module("xsrun.diagnostics").Exit.INTERRUPTED
    gc.freeze()  # The end of the process would look through everything once more, to free what it frees anyway.
    sys.exit(code)


if __name__ == "__main__":
    main()
