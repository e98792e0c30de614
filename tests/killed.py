"""Runs a command of xsrun and kills itself, as kill -9 does, when a point is passed for the n-th time.

python tests/killed.py POINT N [execute's arguments]
python tests/killed.py POINT N alert [alert's arguments]

Other commands are run as they are: ``runs``.
"""

import os
import signal
import sys

from xsrun.cli.alert import alert
from xsrun.cli.execute import execute
from xsrun.cli.options import ALERT, EXECUTE, parse
from xsrun.cli.start import main as start

PLAIN = frozenset({"runs"})


def main(point: str, times: int, arguments: list[str], death: int = signal.SIGKILL) -> int:
    left = times

    def watch(passed: str) -> None:
        nonlocal left
        left -= passed == point
        if not left:
            os.kill(os.getpid(), death)

    command, rest = arguments[0] if arguments else "", arguments[1:]
    if command in PLAIN:
        return start(arguments)
    if command == "alert":
        return alert(parse(ALERT, rest), watch)
    return execute(parse(EXECUTE, arguments), watch)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
