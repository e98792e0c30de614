"""Variables for runs that are asked for over HTTP. A value that was set is never given out, nor written down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

from xsrun.effects.outward import FILES_URL, REDIS_URL
from xsrun.runtime.environment import resolve
from xsrun.server.runapi.offers import Offer
from xsrun.server.runapi.wrong import Wrong


class Variables:
    """What was set over HTTP, for as long as the server lives, beside what its operator has given. Safe for threads."""

    def __init__(self, given: Callable[[str], tuple[Mapping[str, str], ...]], granted: Mapping[str, str]) -> None:
        self._given = given
        """Where the variables of the project at a path come from, the strongest first; the last is ``.env`` there."""
        self._granted = granted
        """Those that were given for this server by name."""
        self._set: Mapping[str, str] = {}
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """The names of those that were set."""
        return sorted(self._set)

    def set(self, name: str, value: str) -> None:
        """Set one."""
        with self._lock:
            self._set = {**self._set, name: value}

    def unset(self, name: str) -> bool:
        """Forget one that was set; False when there is none."""
        with self._lock:
            known = name in self._set
            self._set = {each: value for each, value in self._set.items() if each != name}
        return known

    def of(self, offer: Offer, asked: Mapping[str, str]) -> dict[str, str]:
        """The variables that a run gets from a request, and from what was set where its operator gives none.

        A document gets no others: not those of the process, nor the addresses of its stores. Raises Wrong where that
        is not enough for it.
        """
        if not offer.is_document:
            *stronger, _beside = self._given(offer.path)
            lacking = resolve(offer.plan.env, asked, *stronger).missing
            return {**resolve(lacking, self._set).values, **asked}
        found = resolve(offer.plan.env, asked, self._granted, self._set)
        if found.missing:
            message = f"the document needs {', '.join(found.missing)}; send them in `env`. Nothing was run"
            raise Wrong("inputerror", message, [message])
        return {**found.values, FILES_URL: "", REDIS_URL: ""}

    def values(self, path: str, names: Iterable[str], is_document: bool) -> dict[str, str]:
        """The values that the variables of a project have without those of a request."""
        places = (self._granted, self._set) if is_document else (*self._given(path), self._set)
        return resolve(names, *places).values
