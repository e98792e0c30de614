"""One record per builtin, derived from the Python function that implements it.

    text = Group("text")

    @text.filter('"a,b"|split:"," -> ["a","b"]')
    def split(subject: Text, separator: Text) -> list[Text]:
        \"\"\"Cut the text into a list at every separator.\"\"\"

Name, parameters, types and defaults come from the signature, the sentence from the docstring; a
missing docstring or example fails at import. The decorator returns the function unchanged and only
notes it: the records are built from the notes in ``records`` when somebody asks for them.

Signatures, for filters: the first parameter is the piped value, a parameter annotated ``World``
before it is filled by the run, one annotated ``Bindings`` with what the function around the call
sees (``World`` comes first), one annotated ``Scope`` with what evaluates text there, the others are
the arguments. For statements: a positional-only parameter is what stands in the head (``array.push
$list``, ``array.map ($list)``), keyword-only ones are attributes. Values are converted to the
annotated class before the call (``Text`` never sees a list), and null stands for the default of an
optional parameter. A ``Lazy`` argument is not evaluated: the function gets a callable ``(element,
index, whole, accumulator) -> value``, of which all but the first may be left out.
"""

from __future__ import annotations

from collections.abc import Callable

from xsrun import values
from xsrun.hints import TYPE_CHECKING, Annotated, Any, Final, Protocol, TypeVar
from xsrun.record import NamedTuple

if TYPE_CHECKING:
    from xsrun.providers.contracts import Endpoint

Function = TypeVar("Function", bound=Callable[..., Any])


class Kind(NamedTuple):
    """A class of values a parameter takes: its name in messages and docs, and the conversion into it."""

    name: str
    convert: Callable[[Any], Any] | None = None
    """Called on every value that is not known to be of the class; None takes any value as it is."""


class LazyValue(Protocol):
    """An unevaluated argument."""

    def __call__(self, element: Any = None, index: Any = None, whole: Any = None, result: Any = None, /) -> Any:
        """Evaluate it for one element."""


class Scope(Protocol):
    """What stands around a filter: the variables and inputs that an expression there may read."""

    def evaluate(self, text: str) -> Any:
        """The value of a text as an expression. Raises Fault."""


def boolean(value: Any) -> bool:
    """The truth of a value."""
    return value if type(value) is bool else values.truth(value)


def claims(value: Any) -> dict[str, Any]:
    """An object; templates of the platform write `""` for none."""
    return {} if value == "" else values.mapping(value)


VALUE: Final = Kind("any")
TEXT: Final = Kind("text", values.text)
BINARY: Final = Kind("bytes", values.to_bytes)
NUMBER: Final = Kind("number", values.number)
INT: Final = Kind("int", values.integer)
BOOL: Final = Kind("bool", boolean)
LIST: Final = Kind("list", values.array)
ELEMENTS: Final = Kind("list or object", values.elements)
CONTAINER: Final = Kind("list or object", values.container)
OBJECT: Final = Kind("object", values.mapping)
CLAIMS: Final = Kind("object", claims)
LAZY: Final = Kind("expression")
STATIC: Final = Kind("literal")

Value = Annotated[Any, VALUE]
"""Any value, as it is."""
Text = Annotated[str, TEXT]
"""Text; numbers and booleans by their text, null as ``""``."""
Binary = Annotated[bytes, BINARY]
"""The bytes of a text or of raw bytes."""
Number = Annotated[int | float, NUMBER]
"""A number or a numeric text."""
Int = Annotated[int, INT]
"""A number truncated toward zero."""
Bool = Annotated[bool, BOOL]
"""The truth of any value."""
List = Annotated[list[Any], LIST]
"""A list; null is ``[]``."""
Elements = Annotated[list[Any], ELEMENTS]
"""A list, or the values of an object; null is ``[]``."""
Container = Annotated[Any, CONTAINER]
"""A list or an object as it is; null is ``[]``."""
Object = Annotated[dict[str, Any], OBJECT]
"""An object; null is ``{}``."""
Claims = Annotated[dict[str, Any], CLAIMS]
"""An object; null and the empty text are ``{}``."""
Lazy = Annotated[LazyValue, LAZY]
"""An expression that the builtin evaluates itself, per element."""
Static = Annotated[str, STATIC]
"""A literal that must be known before the run."""


class Bindings(NamedTuple):
    """What the function that calls a builtin sees at that moment. Only to be read."""

    input: dict[str, Any]
    var: dict[str, Any]
    """The variables that are set."""
    env: dict[str, str]
    auth: dict[str, Any]

    def dollared(self) -> dict[str, Any]:
        """Each by the name that programs write: ``$input``, ``$var`` …."""
        return {f"${name}": value for name, value in self._asdict().items()}


class Recorded(NamedTuple):
    """What a decorator noted about one function."""

    function: Callable[..., Any]
    name: str
    examples: tuple[str, ...]
    target: str = ""
    misnomers: tuple[str, ...] = ()
    instead: dict[str, str] | None = None
    parity: str = ""
    call: Endpoint | None = None


class Group:
    """The builtins of one subject, collected by its decorators; ``extra`` is the optional part they need.

    ``extension`` says that they are of this program, and that the platform does not have them.
    """

    def __init__(self, name: str, extra: str = "", extension: bool = False) -> None:
        self.name = name
        self.extra = extra
        self.extension = extension
        self.filters: list[Recorded] = []
        self.statements: list[Recorded] = []

    def filter(
        self, *examples: str, name: str = "", misnomers: tuple[str, ...] = (), parity: str = ""
    ) -> Callable[[Function], Function]:
        """Record a function as a filter. ``name`` only where Python cannot spell it."""

        def record(function: Function) -> Function:
            _demand(function, examples)
            spelled = name or function.__name__.rstrip("_")
            self.filters.append(Recorded(function, spelled, examples, misnomers=misnomers, parity=parity))
            return function

        return record

    def statement(self, *examples: str, **options: Any) -> Callable[[Function], Function]:
        """Record a function as a statement; a positional-only parameter is an expression in its head.

        Options: ``name`` where Python cannot spell it, ``instead`` wrong attribute names with the right
        one, ``parity`` what differs from the platform, ``call`` the one of a provider that it makes.
        """
        return self._statement("value", examples, **options)

    def reader(self, *examples: str, **options: Any) -> Callable[[Function], Function]:
        """Record a statement that reads the variable path in its head."""
        return self._statement("read", examples, **options)

    def update(self, *examples: str, **options: Any) -> Callable[[Function], Function]:
        """Record a statement that gives back the new value of the variable path in its head."""
        return self._statement("update", examples, **options)

    def mutation(self, *examples: str, **options: Any) -> Callable[[Function], Function]:
        """Record a statement that changes the list or object in its head in place and gives back its result."""
        return self._statement("mutate", examples, **options)

    def _statement(
        self,
        target: str,
        examples: tuple[str, ...],
        name: str = "",
        instead: dict[str, str] | None = None,
        parity: str = "",
        call: Endpoint | None = None,
    ) -> Callable[[Function], Function]:
        def record(function: Function) -> Function:
            _demand(function, examples)
            spelled = f"{self.name}.{name or function.__name__.rstrip('_')}"
            noted = Recorded(function, spelled, examples, target, instead=instead, parity=parity, call=call)
            self.statements.append(noted)
            return function

        return record


def _demand(function: Callable[..., Any], examples: tuple[str, ...]) -> None:
    if not function.__doc__:
        raise TypeError(f"{function.__qualname__} has no docstring")
    if not examples:
        raise TypeError(f"{function.__qualname__} has no example")
