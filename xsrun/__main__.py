"""``python -m xsrun`` and the ``xsrun`` command."""

from __future__ import annotations

import gc
import sys
from typing import Final

from xsrun.late import Late

RARELY: Final = 50_000
"""New objects between two looks for garbage; at Python's own 700 the imports of a start alone cost twenty."""

_start = Late("xsrun.cli.start", "main")


def main() -> None:
    """Run the command line and end the process with its code."""
    gc.set_threshold(RARELY)
    code = _start()
    gc.freeze()  # The end of the process would look through everything once more, to free what it frees anyway.
    sys.exit(code)


if __name__ == "__main__":
    main()
