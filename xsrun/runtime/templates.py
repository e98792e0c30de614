"""``util.template_engine``: the part of Twig that the template library speaks, over values of the language.

Templates see data and the filters of the language. Nothing else can be reached from one: names behind a dot are
keys of objects, never attributes of Python objects, and what is loaded, looped and calculated has the run's limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import compress
from urllib.parse import quote

from xsrun import extras, values
from xsrun.builtins.catalogue import registry
from xsrun.builtins.filters.html import escape
from xsrun.builtins.records import REQUIRED, Filter
from xsrun.builtins.registry import LAZY
from xsrun.diagnostics import Fault
from xsrun.hints import Any, Final
from xsrun.late import re
from xsrun.runtime.frame import Run
from xsrun.runtime.support import too_long

_TWIG: Final[dict[str, str]] = {
    "upper": "to_upper", "lower": "to_lower", "length": "count", "date": "format_timestamp",
    "default": "first_notempty", "striptags": "strip_html", "nl2br": "nl2br",
}  # fmt: skip
"""Twig's names of filters of the language."""
_INSIDE: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_TOKEN: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\$(?=[A-Za-z_])|\belseif\b|\bnull\b""")
_PARTS: Final = {"$": "", "elseif": "elif", "null": "none"}
_OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": values.add, "-": values.subtract, "*": values.multiply, "/": values.divide, "%": values.modulo,
}  # fmt: skip


def render(run: Run, text: Any, variables: dict[str, Any], given: dict[str, Any]) -> str:
    """A template with variables by name and in ``$var``, ``$input``, ``$env`` and ``$auth``. Raises Fault."""
    library = extras.load("jinja2", extra="template", needed_by="util.template_engine")
    names = {**variables, "var": variables, "input": given, "env": dict(run.env), "auth": run.auth}
    environment = _environment()
    try:
        parsed = environment.parse(_INSIDE.sub(_translated, values.text(text)))
        for loop in parsed.find_all(library.nodes.For):
            paired = isinstance(loop.target, library.nodes.Tuple)
            loop.iter = library.nodes.Filter(loop.iter, "_pairs" if paired else "_elements", [], [], None, None)
        made: str = environment.from_string(parsed).render(names, _run=run)
        return made
    # The library leaves comparing and unpacking to Python, which refuses values that do not fit.
    except (library.TemplateError, TypeError, ValueError) as error:
        help = "output, if, for, set and the filters of the language are understood; write {% if … %} for ? : and ??"
        raise Fault("bad-argument", f"Template error: {error}", help=help) from None


def _translated(match: re.Match[str]) -> str:
    return _TOKEN.sub(lambda token: _PARTS.get(token[0], token[0]), match[0])


@cache
def _environment() -> Any:
    """The template library, with everything taken out that is not of the language."""
    library = extras.load("jinja2", extra="template", needed_by="util.template_engine")
    sandbox = extras.load("jinja2.sandbox", extra="template", needed_by="util.template_engine")
    base = sandbox.SandboxedEnvironment

    def read(environment: Any, container: Any, key: Any) -> Any:
        if isinstance(container, dict) and key in container:
            return container[key]
        if isinstance(container, list) and isinstance(key, int) and -len(container) <= key < len(container):
            return container[key]
        if isinstance(container, list | str) and isinstance(key, slice):
            return container[key]
        if isinstance(container, library.runtime.LoopContext):
            return base.getattr(environment, container, key)
        return environment.undefined(obj=container, name=key)

    def calculate(environment: Any, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator not in _OPERATORS:
            raise Fault("bad-argument", f"Template error: `{operator}` is no operator", help="use the filter pow")
        return _OPERATORS[operator](_value(left), _value(right))

    members = {
        "getattr": read, "getitem": read, "call_binop": calculate,
        "intercepted_binops": frozenset({"+", "-", "*", "/", "%", "//", "**"}),
    }  # fmt: skip
    environment = type("Environment", (base,), members)(
        undefined=library.ChainableUndefined,
        finalize=_shown,
        keep_trailing_newline=True,
        trim_blocks=True,  # Twig takes the line break behind a tag away, as PHP does.
        loader=library.DictLoader({}),
    )
    environment.globals = {}
    filters = registry().filters
    known = {**filters, **{twig: filters[name] for twig, name in _TWIG.items() if name in filters}}
    environment.filters = {name: library.pass_context(_filter(record)) for name, record in known.items()}
    environment.filters |= {
        "raw": _value, "e": _escaped, "escape": _escaped,
        "_pairs": library.pass_context(_pairs), "_elements": library.pass_context(_elements),
    }  # fmt: skip
    environment.tests |= {
        "empty": lambda value: not _value(value),
        "null": lambda value: _value(value) is None,
        "even": lambda value: _rest(value, 2) == 0,
        "odd": lambda value: _rest(value, 2) != 0,
        "divisibleby": lambda value, divisor: _rest(value, divisor) == 0,
    }
    return environment


def _value(given: Any) -> Any:
    """A value of the language: what a template did not find is null."""
    return given if isinstance(given, str | int | float | list | dict | bytes) else None


def _rest(given: Any, divisor: Any) -> int:
    """What is left of a division; `%` of Python would take a text for a format."""
    return values.modulo(_value(given), _value(divisor))


def _shown(given: Any) -> str:
    value = _value(given)
    return ("1" if value else "") if isinstance(value, bool) else values.to_text(value)


def _escaped(given: Any, strategy: Any = "html") -> str:
    """A text as it may stand in HTML, or where another strategy of Twig says."""
    text = values.text(_value(given))
    if strategy == "html":
        return escape(text)
    if strategy not in _ESCAPES:
        raise Fault("bad-argument", f"Template error: there is no escaping for {strategy}")
    plain, made = _ESCAPES[strategy]
    return "".join(each if each.isascii() and (each.isalnum() or each in plain) else made(each) for each in text)


def _for_attribute(char: str) -> str:
    named = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}.get(char)
    if named or (char < " " and char not in "\t\n\r") or "\x7f" <= char <= "\x9f":
        return named or "&#xFFFD;"
    return f"&#x{ord(char):02X};" if char <= "\xff" else f"&#x{ord(char):04X};"


def _for_script(char: str) -> str:
    short = {"\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    halves = char.encode("utf-16-be").hex().upper()
    return short.get(char) or "".join(f"\\u{halves[at : at + 4]}" for at in range(0, len(halves), 4))


_ESCAPES: Final[dict[str, tuple[str, Callable[[str], str]]]] = {
    "html_attr": (",.-_", _for_attribute),
    "js": (",._", _for_script),
    "css": ("", lambda char: f"\\{ord(char):X} "),
    "url": ("-_.~", lambda char: quote(char, safe="")),
}
"""Twig's ways to escape: what stays as it is beside letters and digits, and what becomes of the rest."""


def _filter(record: Filter) -> Callable[..., Any]:
    """A filter of the language as one of the template."""

    def apply(context: Any, subject: Any, *given: Any) -> Any:
        params = [*record.params[:-1], *[record.params[-1]] * len(given)] if record.variadic else [*record.params]
        fits = len(given) <= len(params) and all(not each.required for each in params[len(given) :])
        if not fits or record.needs_scope or any(each.kind is LAZY for each in params):
            raise Fault("bad-argument", f"Template error: the filter {record.name} does not fit here")
        arguments = [
            each.default if value is None and each.default is not REQUIRED else _converted(each.kind, value)
            for each, value in zip(params, map(_value, given), strict=False)
        ]
        world = [context["_run"].world] if record.needs_world else []
        return record.function(*world, _converted(record.subject.kind, _value(subject)), *arguments)

    return apply


def _converted(kind: Any, value: Any) -> Any:
    return kind.convert(value) if kind.convert else value


def _elements(context: Any, subject: Any) -> Iterator[Any]:
    found = _value(subject)
    return _paid(context["_run"], found.values() if isinstance(found, dict) else values.array(found))


def _pairs(context: Any, subject: Any) -> Iterator[Any]:
    found = _value(subject)
    return _paid(context["_run"], found.items() if isinstance(found, dict) else enumerate(values.array(found)))


def _paid(run: Run, items: Iterable[Any]) -> Iterator[Any]:
    """The turns of a loop, taken from the budget of the run."""
    yield from compress(items, run.budget)
    if run.turns.spent:
        too_long(run)
