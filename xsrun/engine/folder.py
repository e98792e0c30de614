"""Where the journal lies."""

from __future__ import annotations

import os


class Broken(Exception):
    """The journal cannot be read or written; the text says why, and in which place."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason = reason
        """The text without the place."""


class EngineBroken(Broken):
    """It is the journal of many machines, or their queues, and the database that they are in is why."""


class EngineAway(EngineBroken):
    """Their database is not there, or lets nobody in."""


def state_folder() -> str:
    """Where what must survive is kept: ``$XDG_STATE_HOME/xsrun``, or ``~/.local/state/xsrun``."""
    home = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(home, "xsrun")
