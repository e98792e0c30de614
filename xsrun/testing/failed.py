"""Which tests of a project failed the last time they ran, kept in its folder."""

from __future__ import annotations

import json
import os
from typing import Final

from xsrun.effects.files import HIDDEN, hidden_folder
from xsrun.files import make_private, replace
from xsrun.testing.text import Ran

FILE: Final = "failed-tests.json"


def failed_before(path: str) -> frozenset[str]:
    """The ids of the tests of a project that failed; none where nothing is kept, or nothing that can be read."""
    try:
        with open(_place(path), encoding="utf-8") as file:
            kept = json.load(file)
    except (OSError, ValueError):
        return frozenset()
    return frozenset(each for each in kept if isinstance(each, str)) if isinstance(kept, list) else frozenset()


def keep_failed(path: str, ran: Ran) -> None:
    """Keep what failed of a project; what did not run now counts as it did before. Raises OSError."""
    before = failed_before(path)
    passed = {item.id for item, outcome in ran if not outcome.problems}
    now = sorted((before - passed) | {item.id for item, outcome in ran if outcome.problems})
    if sorted(before) == now:
        return
    place = _place(path)
    hidden_folder(_home(path))
    make_private(place)
    replace(place, (json.dumps(now, ensure_ascii=False, indent=2) + "\n").encode())


def _place(path: str) -> str:
    return os.path.join(_home(path), HIDDEN, FILE)


def _home(path: str) -> str:
    return path if os.path.isdir(path) else os.path.dirname(path)
