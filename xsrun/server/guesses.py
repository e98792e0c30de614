"""How fast somebody may try tokens: wrong ones are answered one after the other, whoever sends them.

Whoever has the token is never kept waiting, so that nobody can lock somebody out.
"""

from __future__ import annotations

import asyncio
from typing import Final

APART: Final = 0.1
"""Seconds between two answers."""
LONGEST: Final = 5.0
"""Seconds that an answer may wait; further ones are refused at once."""


class Guesses:
    """The wrong tokens that a server was sent, in its event loop."""

    def __init__(self) -> None:
        self._free = 0.0
        """When the next one may be answered."""

    async def turn(self) -> bool:
        """Wait until a wrong token may be answered; False at once where too many wait."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._free)
        if mine - now > LONGEST:
            return False
        self._free = mine + APART
        await asyncio.sleep(mine - now)
        return True
