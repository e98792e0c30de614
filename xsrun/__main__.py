"""``python -m xsrun`` and the ``xsrun`` command."""

from __future__ import annotations

import sys

from xsrun.cli.start import main as start


def main() -> None:
    """Run the command line and end the process with its code."""
    sys.exit(start())


if __name__ == "__main__":
    main()
