"""The middleware that constructs attach: ``middleware = {pre: […], post: […]}`` (constructs.md section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from xsrun.compile.callees import Callees, Signature
from xsrun.program import Middleware
from xsrun.project import Construct, Folder
from xsrun.syntax import tree
from xsrun.syntax.static import NotStatic, static_value

DEFAULT_STRATEGY: Final = "merge"
DEFAULT_POLICY: Final = "rethrow"


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


def with_middleware(folder: Folder, signatures: Callees) -> Callees:
    """The signatures, those of functions with their middleware."""
    attaching, declared = Attaching(folder, signatures), folder.named("function")
    functions = {
        name: each._replace(
            pre=tuple(attaching.attached([declared[name]], "pre")),
            post=tuple(attaching.attached([declared[name]], "post")),
        )
        for name, each in signatures.get("function", {}).items()
    }
    return {**signatures, "function": functions}


def static(entry: tree.Attribute | None, default: Any) -> Any:
    """The value of a clause that is a literal, else the default."""
    if entry is None or entry.disabled:
        return default
    try:
        return static_value(entry.value)
    except NotStatic:
        return default
