"""What a span is for those who open one, whether anybody takes it or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Protocol, Self

Value = str | int | float | bool
Masked = Callable[[str], str]
"""Takes secrets out of a text."""

INTERNAL: Final = "internal"
CLIENT: Final = "client"
"""It asks another machine."""
SERVER: Final = "server"
"""Another machine asks it."""


class Opening(NamedTuple):
    """A span that is to be opened."""

    name: str
    kind: str
    attributes: Mapping[str, Value]
    masked: Masked
    """Everything that is said of it goes through this."""
    began: int | None = None
    """Nanoseconds since 1970; None for now."""
    parent: str = ""
    """A traceparent; ``""`` for what is current on this thread."""
    link: str = ""
    """A traceparent of something that has to do with it."""


class Span(Protocol):
    """Something that takes time, while it does. Entered, it is current on this thread until it is left and over."""

    @property
    def traceparent(self) -> str:
        """Names it for others; ``""`` where nobody takes it."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...

    def set(self, name: str, value: Value) -> None:
        """Say something about it."""

    def fail(self, code: str, message: str) -> None:
        """Say that it went wrong, with a code of ours or of the protocol."""


Tracing = Callable[[Opening], Span]
"""Takes spans."""


class _Nothing:
    """A span that nobody takes."""

    traceparent = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def set(self, name: str, value: Value) -> None:
        """Say nothing."""

    def fail(self, code: str, message: str) -> None:
        """Say nothing."""


NOTHING: Final[Span] = _Nothing()


def untraced(_opening: Any) -> Span:
    """Take no span."""
    return NOTHING
