"""The ``httpx`` module, imported without its command line."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import cast

# Where click is installed httpx also imports its own command line, which takes as long as all the rest of it.
_click = sys.modules.pop("click", None)
sys.modules["click"] = cast(ModuleType, None)
try:
    import httpx as httpx
finally:
    del sys.modules["click"]
    if _click:
        sys.modules["click"] = _click
