"""The names of annotations, for the modules that every start of a job imports: ``typing`` costs a fifth of a start.

Annotations are never evaluated there, so at run time a name only has to exist; type checkers see the real ones. Only
those of builtins are looked at, by the compiler. In all other modules ``typing`` is as good.
"""

from __future__ import annotations

TYPE_CHECKING = False  # What type checkers take for true, as they do that of typing.
if TYPE_CHECKING:
    from typing import Annotated as Annotated
    from typing import Any as Any
    from typing import BinaryIO as BinaryIO
    from typing import ClassVar as ClassVar
    from typing import Final as Final
    from typing import NoReturn as NoReturn
    from typing import Protocol as Protocol
    from typing import Self as Self
    from typing import TextIO as TextIO
    from typing import TypeAlias as TypeAlias
    from typing import TypeVar as TypeVar
else:

    class Any:
        """Any value."""

    class Protocol:
        """The base of what is only described."""

    class Annotated:
        """Makes a type with marks on it."""

        def __class_getitem__(cls, given: tuple[Any, ...]) -> Marked:
            return Marked(given)

    class TypeVar:
        """A name for a type."""

        def __init__(self, name: str, bound: object) -> None: ...

    BinaryIO = ClassVar = Final = NoReturn = Self = TextIO = TypeAlias = Any


class Marked:
    """A type with marks on it, in place of ``Annotated[type, mark]``."""

    def __init__(self, given: tuple[Any, ...]) -> None:
        self.given = given
