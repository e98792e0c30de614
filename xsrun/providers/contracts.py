"""How providers want to be asked, as records: interfaces, calls, and the keys by which they know a call again.

The tables are in the modules named after providers; ``table`` joins them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from xsrun.effects.ports import Request, Response
from xsrun.providers.fields import Field, within

LONGEST_KEY: Final = 255
"""Characters of a key where the provider names no limit."""


class Auth(NamedTuple):
    """How a caller says who it is."""

    schemes: tuple[str, ...] = ()
    """What stands before the key in ``Authorization``, the usual one first: ``"Token token="``; none when the key
    travels elsewhere."""
    oauth: tuple[str, ...] = ()
    """The same for access tokens of OAuth, which no API key fits."""
    query: str = ""
    """The parameter of the query that may carry the key."""
    field: str = ""
    """The property of the body that carries it."""
    header: str = ""
    """A header that may carry it in place of the field."""
    key: str = "API key"
    """What the provider calls it."""


class Api(NamedTuple):
    """One interface of a provider."""

    provider: str
    """In lower case, as ``xsrun mock`` takes it."""
    title: str
    hosts: tuple[str, ...]
    """Whole names, or ``*.example.com`` for all below one."""
    auth: Auth
    document: str
    """The provider's reference, from which every rule is that names no other source."""
    rate: int = 0
    """Requests a minute that it takes of one key; 0 when it does not say."""
    elsewhere: tuple[str, ...] = ()
    """Beginnings of further paths that it has, of which no endpoint says anything."""
    forms: bool = False
    """Whether it takes bodies as ``application/x-www-form-urlencoded``, too; JSON is taken by all."""

    def has(self, host: str) -> bool:
        """Whether a host, in lower case, is one of its own."""
        return any(host == each or (each[0] == "*" and host.endswith(each[1:])) for each in self.hosts)


class Key(NamedTuple):
    """The key by which a provider knows a call again, and what it does about a second one."""

    place: str
    """The path of the property that takes it."""
    within: tuple[str, ...] = ()
    """Paths of what else in the body tells one effect from another of the same key."""
    find: Callable[[Request, str], Request] | None = None
    """The request that asks for what a key has made; None where repeating the call is as good as asking."""
    found: Callable[[Request, Response, str, str], Response | None] | None = None
    """From the call, the answer to that and the key, the answer that the call had; None when nothing was made since a
    time (ISO 8601, UTC)."""
    refused: Callable[[Response], bool] | None = None
    """Whether an answer says that there is one with this key already."""
    made: bool = True
    """Whether a key may be made up; else it is what the author of the call has to say."""


class Endpoint(NamedTuple):
    """One call of an interface."""

    api: Api
    method: str
    path: str
    """Parts that differ from call to call in braces: ``/incidents/{id}``."""
    operation: str
    """What the provider's document calls it."""
    status: int = 200
    """Of the answer to a call that was taken."""
    fields: tuple[Field, ...] = ()
    """What the wrapper may hold, or the body where there is none; complete unless one ends in ``*``."""
    wrapper: str = ""
    """The one property of the body, whose object holds the fields."""
    person: bool = False
    """Whether it is done by somebody: keys of an account need a ``From`` with the e-mail address of a user."""
    key: Key | None = None
    repeats: bool = False
    """Whether a second call has the effect of one, as with PUT and DELETE."""
    largest: int = 0
    """Bytes of the body at most; 0 when the document names no limit."""
    role: str = ""
    """What a key must be allowed to do."""
    query: tuple[Field, ...] = ()
    """Parameters of the query, complete where there are any; ``[]`` at the end of a name belongs to it."""
    instead: tuple[tuple[str, str], ...] = ()
    """Names of properties that people write, each with what to type so that the provider reads it."""

    @property
    def body(self) -> tuple[Field, ...]:
        """Every field of the body, counted from its top."""
        if not self.wrapper:
            return self.fields
        return Field(self.wrapper, "object", needed=True), *within(self.wrapper, self.fields)

    @property
    def writes(self) -> bool:
        """Whether the call takes a body."""
        return self.method in ("POST", "PUT", "PATCH")

    @property
    def longest_key(self) -> int:
        """Characters that its key may have."""
        lengths = [field.longest for field in self.body if self.key and field.path == self.key.place]
        return max(lengths, default=0) or LONGEST_KEY

    def field(self, path: str) -> Field:
        """The first rule of that path. Raises StopIteration when there is none."""
        return next(each for each in self.fields if each.path == path)

    def parameter(self, name: str) -> Field:
        """The rule of a parameter of the query. Raises StopIteration when there is none of that name."""
        return next(each for each in self.query if each.path == name)

    def arguments(self, method: str, path: str) -> tuple[str, ...] | None:
        """What stands in place of the ``{names}``, decoded, when it is this call; else None."""
        found = pattern(self.path).fullmatch(path) if method == self.method else None
        return tuple(map(unquote, found.groups())) if found else None


@cache
def pattern(path: str) -> re.Pattern[str]:
    """The regular expression of a path with ``{names}``."""
    return re.compile(re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(path)))


def body_of(request: Request) -> Any:
    """The JSON value of a request's body, None when it holds none."""
    try:
        return json.loads(request.body)
    except ValueError:
        return None
