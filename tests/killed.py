"""Runs ``xsrun execute`` and kills itself, as kill -9 does, when a write passes a point for the n-th time.

python tests/killed.py POINT N [execute's arguments]
"""

import os
import signal
import sys

from xsrun.cli.execute import execute
from xsrun.cli.options import EXECUTE, parse


def main(point: str, times: int, arguments: list[str]) -> int:
    left = times

    def watch(passed: str) -> None:
        nonlocal left
        left -= passed == point
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    return execute(parse(EXECUTE, arguments), watch)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
