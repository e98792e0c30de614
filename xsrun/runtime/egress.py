"""Where secrets may go: to hosts that the source names, and to those that the user names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from xsrun.diagnostics import LimitFault
from xsrun.effects.ports import Request
from xsrun.exchange.hosts import matches, named
from xsrun.hints import Any
from xsrun.program import Plan, Program
from xsrun.runtime.secrets import Masker, texts_in


class SecretToHost(LimitFault):
    """A request that would take a secret to a host that nobody named. It is not sent."""

    sent = False

    def __init__(self, names: str, place: str, host: str) -> None:
        what = f"`{names}`" if names else "a secret"
        message = f"{what} in {place} would go to `{host}`, which the source does not name; it was not sent"
        super().__init__("secret-to-host", message, help=f"--allow-host {host} lets it go there")


class Binding:
    """Refuses requests that would take a secret elsewhere than to ``allowed`` hosts and patterns of hosts."""

    def __init__(self, masker: Masker, allowed: Callable[[], Iterable[str]]) -> None:
        self._masker = masker
        self._allow = allowed

    @cached_property
    def _allowed(self) -> tuple[str, ...]:
        return tuple(self._allow())

    def __call__(self, request: Request) -> None:
        """Let a request pass, or raise SecretToHost."""
        if matches(request.host, self._allowed):
            return
        for place, text in _parts(request):
            names = self._masker.held(text)
            if names is not None:
                raise SecretToHost(names, place, _as_written(request))


def _as_written(request: Request) -> str:
    """The host in the case of the address: in lower case nobody would recognise a secret in it."""
    at = request.url.lower().find(request.host)
    return request.url[at : at + len(request.host)]


def _parts(request: Request) -> Iterator[tuple[str, str]]:
    """Every text that a request sends, and where it stands."""
    yield "the address", request.url
    for name, value in request.headers:
        yield f"the header {name}", f"{name}: {value}"
    if request.body:
        yield "the body", request.body.decode("utf-8", "replace")


def named_hosts(program: Program, plan: Plan | None, env: Mapping[str, str], given: Any) -> Iterator[str]:
    """The hosts that a run names: in the source, the constants of its job, its variables, and what is ``given``.

    Blanks around a variable, as a file leaves them there, count for nothing.
    """
    yield from program.hosts
    constants = [call.input for call in (plan.main, plan.pre, plan.post) if call] if plan else []
    for text in texts_in([*constants, *(value.strip() for value in env.values()), given]):
        host = named(text)
        if host:
            yield host
