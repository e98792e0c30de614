"""The stream: elements that are made one by one while ``foreach`` goes through them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xsrun import values
from xsrun.diagnostics import Fault
from xsrun.hints import Any


class Stream(values.Opaque):
    """Elements to be gone through once.

    Wherever a list is asked for, the stream is read to its end and stays that list from then on.
    """

    type_name = "stream"

    def __init__(self, source: Iterable[Any]) -> None:
        self._source = source
        self._begun = False
        self._items: list[Any] | None = None

    def __iter__(self) -> Iterator[Any]:
        """Go through it. Raises Fault when a loop has begun to."""
        if self._items is not None:
            return iter(self._items)
        if self._begun:
            raise Fault(
                "bad-argument",
                "The stream was read before.",
                help="a stream can be gone through once; make a list of it first, e.g. with `|map:$$`",
            )
        self._begun = True
        return iter(self._source)

    def elements(self) -> list[Any]:
        """All elements, in a list of the caller's own. Raises Fault when a loop has begun to read it."""
        if self._items is None:
            self._items = list(self)
        return self._items.copy()

    def to_json(self) -> Any:
        """The list it stands for."""
        return values.plain(self.elements())

    def glance(self) -> Any:
        """Nothing: looking at a stream would read it."""
        return {}

    def __repr__(self) -> str:
        return "<stream>"
