"""Runs a command of xsrun and kills itself, as kill -9 does, when a point is passed for the n-th time.

python tests/killed.py POINT N [execute's arguments]
python tests/killed.py POINT N alert [alert's arguments]

A worker has points of its own, which change what it is: with ``no-lease`` nobody can tell that it is gone, and with
``other-effects`` it is one of another effects version. ``runs`` and ``schedule`` are run
as they are.
"""

import os
import signal
import sys
from functools import partial

from xsrun.cli.alert import alert
from xsrun.cli.execute import execute
from xsrun.cli.options import ALERT, EXECUTE, parse
from xsrun.cli.start import main as start

NO_LEASE = "no-lease"
OTHER_EFFECTS = "other-effects"


def main(point: str, times: int, arguments: list[str], death: int = signal.SIGKILL) -> int:
    left = times

    def watch(passed: str) -> None:
        nonlocal left
        left -= passed == point
        if passed == point and not left:
            os.kill(os.getpid(), death)

    command, rest = arguments[0] if arguments else "", arguments[1:]
    if command in ("runs", "schedule"):
        return start(arguments)
    if command == "worker":
        return worker(arguments, point, watch)
    if command == "alert":
        return alert(parse(ALERT, rest), watch)
    return execute(parse(EXECUTE, arguments), watch)


def worker(arguments, point, watch):
    from xsrun.cli import working
    from xsrun.engine.scale import worker as taking

    working.work = partial(working.work, watch=watch, leased=point != NO_LEASE)
    if point == OTHER_EFFECTS:
        taking.EFFECTS = "effects-0"
    return start(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
