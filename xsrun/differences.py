"""What changes between two texts, as the tools that apply changes read it."""

from __future__ import annotations

import difflib
import re
from typing import Final

_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


def unified(name: str, before: str, after: str) -> str:
    """A unified diff of the file of that name, empty when nothing changes; its lines end as those of the texts do."""
    lines = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
