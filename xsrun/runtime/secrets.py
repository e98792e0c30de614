"""Secrets out of every output: variables of the environment and sensitive inputs, in whatever shape they turn up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from xsrun.hints import Any, Final
from xsrun.late import Late, re
from xsrun.types.fields import Field

MASK: Final = "***"
CUT: Final = "…"
"""What ends a text that was made shorter, maybe within a secret."""
SHORTEST: Final = 6
"""A shorter value is no secret worth hiding: masking it would tear ordinary words apart."""

_shapes: Callable[[str, int], Iterable[str]] = Late("xsrun.runtime.shapes", "shapes")


class Masker:
    """Replaces secrets in texts and values by ``***``."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = sorted({each for each in secrets if len(each) >= SHORTEST}, key=len, reverse=True)
        shapes = {shape for secret in self.secrets for shape in _shapes(secret, SHORTEST)}
        self._shapes = sorted(shapes, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, self._shapes))) if shapes else None

    def text(self, text: str) -> str:
        """A text without secrets, and without the beginnings of secrets that were cut short."""
        if self._pattern is None:
            return text
        *cut, last = self._pattern.sub(MASK, text).split(CUT)
        return CUT.join([*map(self._without_beginning, cut), last])

    def _without_beginning(self, text: str) -> str:
        for shape in self._shapes:
            at = len(text) - len(shape)
            while (at := text.find(shape[:SHORTEST], max(0, at + 1))) >= 0:
                if shape.startswith(text[at:]):
                    return text[:at] + MASK
        return text

    def value(self, value: Any) -> Any:
        """A JSON value without secrets, keys included."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.text(value.decode("utf-8", "replace"))
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.value(item) for key, item in value.items()}
        return value


def sensitive(fields: Iterable[Field], given: Mapping[str, Any]) -> Iterator[str]:
    """The texts that are given for inputs declared sensitive, those inside objects too."""
    for field in fields:
        value = given.get(field.name)
        for each in value if isinstance(value, list) else [value]:
            if field.sensitive and isinstance(each, str):
                yield each
            elif isinstance(each, dict):
                yield from sensitive(field.children, each)
