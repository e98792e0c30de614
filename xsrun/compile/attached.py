"""What constructs have around them: ``middleware = {pre: […], post: […]}`` (constructs.md section 9), and ``cache``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from xsrun.compile.callees import Callees, Signature
from xsrun.diagnostics import Found
from xsrun.program import Caching, Middleware
from xsrun.project import Construct, Folder
from xsrun.source import Span
from xsrun.syntax import tree
from xsrun.syntax.static import NotStatic, static_value

DEFAULT_STRATEGY: Final = "merge"
DEFAULT_POLICY: Final = "rethrow"
HOUR: Final = 3600
"""The seconds that ``cache`` keeps what does not say for how long."""
FLAGS: Final = ("input", "auth", "datasource", "ip")
NAMES: Final = ("headers", "env")


class Attaching:
    """The middleware of a folder, by what attaches it."""

    def __init__(self, folder: Folder, signatures: Mapping[str, Mapping[str, Signature]]) -> None:
        self._known = folder.named("middleware")
        self._signatures = signatures

    def attached(self, constructs: Iterable[Construct], when: str) -> Iterator[Middleware]:
        """The active middleware of constructs, in their order; ``when`` is ``pre`` or ``post``."""
        for construct in constructs:
            listed = static(construct.block.attribute("middleware"), {})
            for each in (listed.get(when) or ()) if isinstance(listed, dict) else ():
                name = each if isinstance(each, str) else each.get("name")
                active = isinstance(each, str) or each.get("active", True) is not False
                middleware = self._known.get(str(name))
                if active and middleware is not None:
                    yield self._middleware(middleware)

    def _middleware(self, middleware: Construct) -> Middleware:
        block = middleware.block
        return Middleware(
            self._signatures["middleware"][middleware.name].number,
            str(static(block.attribute("response_strategy"), DEFAULT_STRATEGY)),
            str(static(block.attribute("exception_policy"), DEFAULT_POLICY)),
        )


def with_surroundings(folder: Folder, signatures: Callees, found: Found) -> Callees:
    """The signatures, those of functions with their middleware and cache."""
    attaching, declared = Attaching(folder, signatures), folder.named("function")
    functions = {
        name: each._replace(
            pre=tuple(attaching.attached([declared[name]], "pre")),
            post=tuple(attaching.attached([declared[name]], "post")),
            cache=read_cache(declared[name], found),
        )
        for name, each in signatures.get("function", {}).items()
    }
    return {**signatures, "function": functions}


def read_cache(construct: Construct, found: Found) -> Caching | None:
    """For how long what a construct gives is kept, None where it is not; what makes no sense is reported."""
    entry = construct.block.attribute("cache")
    given = static(entry, {})
    if entry is None or entry.disabled or given == {}:
        return None
    seconds = given.get("ttl", HOUR) if isinstance(given, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        message, at = "`cache` needs its `ttl` in seconds, or 0 for no cache", (entry.start, entry.end)
        found.warn("not-constant", message, Span(construct.source, *at), help="write cache = {ttl: 60}")
        return None
    if seconds <= 0:
        return None
    said: dict[str, Any] = {name: given[name] is not False for name in FLAGS if name in given}
    said |= {name: tuple(map(str, given.get(name) or ())) for name in NAMES}
    return Caching(seconds, **said)


def static(entry: tree.Attribute | None, default: Any) -> Any:
    """The value of a clause that is a literal, else the default."""
    if entry is None or entry.disabled:
        return default
    try:
        return static_value(entry.value)
    except NotStatic:
        return default
