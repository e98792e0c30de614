"""Secrets out of every output: variables of the environment and sensitive inputs, in whatever shape they turn up."""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from xsrun.diagnostics import LimitFault
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.types.fields import Field

MASK: Final = "***"
CREDENTIALS: Final = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key"})
"""Headers, in lower case, whose values are hidden wherever they come from."""
CUT: Final = "…"
"""What ends a text that was made shorter, maybe within a secret."""
SHORTEST: Final = 6
"""A shorter value is no secret worth hiding: masking it would tear ordinary words apart."""
LONGEST_WORD: Final = 11
"""Letters of a text made of a secret that is taken for a word."""
LONGEST_NUMBER: Final = 10
"""Characters of one that is taken for a number, or a time in seconds."""
MOST: Final = 20_000
"""Texts that are looked for. A run that makes more of its secrets is ended rather than let show them."""

_shapes: Callable[[str, int], Iterable[str]] = Late("xsrun.runtime.shapes", "shapes")
_is_host: Callable[[str], bool] = Late("xsrun.exchange.hosts", "is_name")
_plain_shapes: Callable[[str], Iterable[str]] = Late("xsrun.runtime.shapes", "plain_shapes")


class Masker:
    """Replaces secrets in texts and values by ``***``. Implements ``ports.Secrets``; safe for threads."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._names: dict[str, str] = {}
        """What must not show, and the names of the secrets it is made of."""
        self._whole: set[str] = set()
        """Those of it that are secrets, encoded or not."""
        self._ordered: Sequence[str] | None = ()
        self._lock = allocate_lock()
        self.add(secrets)

    def add(self, secrets: Iterable[str], names: str = "") -> None:
        """Hide these secrets from now on, in every encoding. Short ones are none."""
        for each in secrets:
            if len(each) >= SHORTEST:
                shapes = {*_shapes(each, SHORTEST)}
                self._whole = self._whole | shapes  # a new one: another thread may go through the old one
                self._hide(shapes, names)

    def derive(self, texts: Iterable[str], names: str) -> None:
        """Hide what was made of the secrets of these names, but for words, numbers and what has a secret in it."""
        for each in texts:
            if each not in self._names and _tells(each) and not any(whole in each for whole in self._whole):
                self._hide(_plain_shapes(each), names)

    def _hide(self, shapes: Iterable[str], names: str) -> None:
        with self._lock:
            for each in shapes:
                self._names.setdefault(each, names)
            self._ordered = None
        if len(self._names) > MOST:
            raise LimitFault("limit-size", f"more than {MOST:,} texts were made of secrets", help="make fewer of them")

    def _longest_first(self) -> Sequence[str]:
        ordered = self._ordered
        if ordered is None:
            with self._lock:
                ordered = self._ordered = sorted(self._names, key=len, reverse=True)
        return ordered

    @property
    def known(self) -> Sequence[str]:
        """Every text that must not show."""
        return self._longest_first()

    def held(self, text: str) -> str | None:
        """The names of the secrets that a text holds one of, ``""`` for one without a name; None when it is clean."""
        return next((self._names[each] for each in self._longest_first() if each in text), None)

    def text(self, text: str) -> str:
        """A text without secrets, and without the beginnings of secrets that were cut short."""
        secrets = self._longest_first()
        for each in secrets:
            if each in text:
                text = text.replace(each, MASK)
        if not secrets or CUT not in text:
            return text
        *cut, last = text.split(CUT)
        return CUT.join([*map(self._without_beginning, cut), last])

    def _without_beginning(self, text: str) -> str:
        for shape in self._longest_first():
            at = len(text) - len(shape)
            while (at := text.find(shape[:SHORTEST], max(0, at + 1))) >= 0:
                if shape.startswith(text[at:]):
                    return text[:at] + MASK
        return text

    def value(self, value: Any) -> Any:
        """A JSON value without secrets, keys included."""
        if not self._names:
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


def _tells(text: str) -> bool:
    """Whether a text that was made of a secret tells something of it: words, numbers and hosts do not."""
    if len(text) < SHORTEST or (text.isalpha() and len(text) <= LONGEST_WORD):
        return False
    number = len(text) <= LONGEST_NUMBER and text.lstrip("-").replace(".", "", 1).isdecimal()
    return not number and not _is_host(text)


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys included."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, list):
            pending += each
        elif isinstance(each, dict):
            pending += [*each, *each.values()]


def sensitive(fields: Iterable[Field], given: Mapping[str, Any]) -> Iterator[str]:
    """The texts that are given for inputs declared sensitive, those inside objects too."""
    for field in fields:
        value = given.get(field.name)
        for each in value if isinstance(value, list) else [value]:
            if field.sensitive and isinstance(each, str):
                yield each
            elif isinstance(each, dict):
                yield from sensitive(field.children, each)
