"""The values of one case, known to be of the right shape, into its record: names are looked up, answers made."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from xsrun.diagnostics import Fault, nearest
from xsrun.effects.memory import START, ManualClock, SeededRandom
from xsrun.effects.ports import Response, TransportFailure
from xsrun.engine.cassette import BadCassette, read_cassette, response_of
from xsrun.engine.vault import Vault
from xsrun.exchange.hosts import is_pattern
from xsrun.patterns import compile_search
from xsrun.program import Plan, Program
from xsrun.runtime.secrets import Masker
from xsrun.simulators import SIMULATORS
from xsrun.simulators.faults import Troubles
from xsrun.simulators.seeding import BadSeed, Seeds
from xsrun.source import Source, Span
from xsrun.testing.cases.case import ANY, Case, Exchange
from xsrun.testing.cases.matching import patterns
from xsrun.testing.cases.places import Path
from xsrun.timestamps import parse as parse_time

FAILURES: Final[Mapping[str, tuple[int, str, bool]]] = {
    "refused": (7, "Connection refused", False),
    "timeout": (28, "Operation timed out", True),
    "reset": (56, "Recv failure: Connection reset by peer", True),
    "lost": (52, "Empty reply from server", True),
}
"""What a request without an answer ends with: code, message, and whether it may have arrived."""


class Refused(Exception):
    """A case that cannot be run; ``key`` is the path of what is wrong within the case."""

    def __init__(self, key: Iterable[str | int], message: str, help: str = "") -> None:
        super().__init__(message)
        self.key = tuple(key)
        self.message = message
        self.help = help


class Maker:
    """Makes the record of one case. All methods raise Refused."""

    def __init__(self, program: Program, source: Source, raw: Mapping[str, Any], place: Callable[..., Span]) -> None:
        self.program = program
        self.source = source
        self.raw = raw
        self.place = place

    def case(self, span: Span, path: Path) -> Case:
        """The whole case."""
        raw = self.raw
        kind, subject = self._subject()
        self._check_inputs(kind, subject)
        for key, pattern in patterns(raw):
            try:
                compile_search(pattern)
            except Fault as fault:
                raise Refused(key, f"`{pattern}` is no pattern", fault.help) from None
        providers = self._providers()
        seed = raw.get("seed")
        return Case(
            raw["name"],
            span,
            tuple(raw.get("tags", ())),
            kind,
            subject,
            raw.get("input", {}),
            raw.get("env", {}),
            self._hosts(),
            self._exchanges(),
            providers,
            self._faults(providers),
            self._seeds(providers),
            self._now(),
            None if seed is None else str(seed),
            raw.get("datasource", ""),
            raw.get("expect", {}),
            self.place,
            self.source.path,
            path,
        )

    # ------------------------------------------------------------ what is run

    def _subject(self) -> tuple[str, str]:
        jobs = self.program.jobs
        functions = {each.name: each for each in self.program.routines if each.kind == "function"}
        if "job" in self.raw and "function" in self.raw:
            raise Refused(["function"], "a case runs a job or a function", "leave one of the two out")
        for kind, known in (("job", jobs), ("function", functions)):
            name = self.raw.get(kind)
            if name is not None and name not in known:
                near = nearest(name, known)
                shown = ", ".join(f"`{each}`" for each in known) or "none"
                help = f'did you mean "{near}"?' if near else f"there are {shown}"
                raise Refused([kind], f"there is no {kind} `{name}`", help)
            if name is not None:
                return kind, name
        if len(jobs) != 1:
            shown = "no job" if not jobs else f"{len(jobs)} jobs"
            raise Refused([], f"the folder has {shown}: say what is run", 'write job = "…", or function = "…"')
        return "job", next(iter(jobs))

    def _plan(self, kind: str, subject: str) -> Plan | None:
        return self.program.jobs[subject] if kind == "job" else None

    def _check_inputs(self, kind: str, subject: str) -> None:
        plan = self._plan(kind, subject)
        names = [call.name for call in (plan.main, plan.pre) if call] if plan else [subject]
        routines = [self.program.routine("function", name) for name in names]
        known = [field.name for routine in routines if routine for field in routine.fields]
        for name in self.raw.get("input", {}):
            if name not in known:
                near = nearest(name, known)
                help = f"did you mean `{near}`?" if near else f"it takes {', '.join(known) or 'none'}"
                raise Refused(["input", name], f"{kind} `{subject}` has no input `{name}`", help)

    def _hosts(self) -> tuple[str, ...]:
        hosts = [each.lower() for each in self.raw.get("allow_hosts", ())]
        for at, each in enumerate(hosts):
            if not is_pattern(each):
                help = 'write "api.example.com", or "*.example.com" for all below it'
                raise Refused(["allow_hosts", at], f"`{each}` names no host", help)
        return tuple(hosts)

    # ------------------------------------------------------------ time and answers

    def _now(self) -> int:
        given = self.raw.get("now", START)
        if isinstance(given, int):
            return given
        try:
            return parse_time(given, START)
        except Fault:
            raise Refused(["now"], f"`{given}` is no time", 'write "2026-01-31T12:00:00Z"') from None

    def _providers(self) -> tuple[str, ...]:
        wanted = self.raw.get("simulate", False)
        names = [*SIMULATORS] if wanted is True else [] if wanted is False else wanted
        for at, name in enumerate(names):
            self._check_provider(name, ["simulate", at])
        return tuple(names)

    def _check_provider(self, name: str, key: Iterable[str | int]) -> None:
        if name not in SIMULATORS:
            near = nearest(name, SIMULATORS)
            help = f'did you mean "{near}"?' if near else f"there are {', '.join(SIMULATORS)}"
            raise Refused(key, f"there is no simulator `{name}`", help)

    def _faults(self, providers: tuple[str, ...]) -> Mapping[str, str]:
        given = self.raw.get("faults", {})
        if given and not providers:
            raise Refused(["faults"], "faults are those of simulators", "add simulate = true")
        plans = dict.fromkeys(providers, given) if isinstance(given, str) else given
        for name, plan in plans.items():
            key = ["faults"] if isinstance(given, str) else ["faults", name]
            if name not in providers:
                self._check_provider(name, key)
                raise Refused(key, f"`{name}` is not simulated", f'write simulate = ["{name}"]')
            try:
                Troubles(plan)
            except ValueError as error:
                raise Refused(key, str(error)) from None
        return plans

    def _seeds(self, providers: tuple[str, ...]) -> Mapping[str, Seeds]:
        given = self.raw.get("seeds", {})
        for name, seeds in given.items():
            if name not in providers:
                self._check_provider(name, ["seeds", name])
                raise Refused(["seeds", name], f"`{name}` is not simulated", f'write simulate = ["{name}"]')
            if not isinstance(seeds, dict):
                raise Refused(["seeds", name], "seeds are lists of records by table", 'write {users = [{name = "…"}]}')
            try:
                SIMULATORS[name].factory(ManualClock(), SeededRandom(0), seeds)
            except BadSeed as fault:
                raise Refused(["seeds", name], fault.message, fault.help) from None
        return given  # type: ignore[no-any-return]

    def _exchanges(self) -> tuple[Exchange, ...]:
        if "http" in self.raw and "cassette" in self.raw:
            raise Refused(["cassette"], "answers come from `http` or from a cassette", "leave one of the two out")
        if "cassette" in self.raw:
            return tuple(self._recorded(self.raw["cassette"]))
        return tuple(self._exchange(at, each) for at, each in enumerate(self.raw.get("http", ())))

    def _recorded(self, name: str) -> Iterable[Exchange]:
        if os.path.basename(name) != name:
            raise Refused(["cassette"], f"`{name}` is no name of a file beside this one", 'write "answers.jsonl"')
        try:
            kept = read_cassette(os.path.join(os.path.dirname(self.source.path), name))
        except BadCassette as fault:
            raise Refused(["cassette"], str(fault), "write one with xsrun execute --record FILE") from None
        vault = Vault(self.raw.get("env", {}), Masker())
        for each in kept:
            asked, answer = each["request"], each.get("failure") or each["response"]
            body = asked.get("body", "")
            request = {"method": asked["method"], "url": vault.open(asked["url"])}
            if isinstance(body, str):
                request["body"] = vault.open(body)
            gives: Response | TransportFailure
            if "failure" in each:
                gives = TransportFailure(answer["code"], answer["message"], sent=answer["sent"])
            else:
                gives = response_of(answer, vault)
            yield Exchange(request, gives, 1, self.place("cassette"))

    def _exchange(self, at: int, given: Mapping[str, Any]) -> Exchange:
        if ("response" in given) == ("failure" in given):
            help = "leave one of the two out" if "response" in given else "write response = {status = 200}"
            raise Refused(["http", at], "an exchange has a response or a failure", help)
        times = given.get("times", 1)
        if isinstance(times, str):
            if times != "any":
                raise Refused(["http", at, "times"], f"`times` is a number or `any`, not `{times}`", 'write "any"')
            times = ANY
        gives = self._failure(at, given["failure"]) if "failure" in given else self._response(at, given["response"])
        return Exchange(given.get("request", {}), gives, times, self.place("http", at))

    def _failure(self, at: int, given: Any) -> TransportFailure:
        if isinstance(given, dict):
            fits = isinstance(given.get("code"), int) and isinstance(given.get("message"), str)
            if not fits or not isinstance(given.get("sent"), bool):
                message = "a failure is a word, or {code, message, sent} as a cassette has it"
                raise Refused(["http", at, "failure"], message, f"write {', '.join(FAILURES)}")
            return TransportFailure(given["code"], given["message"], sent=given["sent"])
        if given not in FAILURES:
            near = nearest(given, FAILURES)
            help = f'did you mean "{near}"?' if near else f"there are {', '.join(FAILURES)}"
            raise Refused(["http", at, "failure"], f"there is no failure `{given}`", help)
        code, message, sent = FAILURES[given]
        return TransportFailure(code, message, sent=sent)

    def _response(self, at: int, given: Mapping[str, Any]) -> Response:
        status, body = given.get("status", 200), given.get("body", "")
        headers = [
            (name, str(each))
            for name, value in given.get("headers", {}).items()
            for each in (value if isinstance(value, list) else [value])
        ]
        if isinstance(body, dict) and [*body] == ["base64"]:
            try:
                return Response(status, tuple(headers), base64.b64decode(body["base64"], validate=True))
            except (ValueError, TypeError):
                raise Refused(["http", at, "response", "body"], "`base64` holds no base64") from None
        if isinstance(body, str):
            return Response(status, tuple(headers), body.encode())
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/json"))
        return Response(status, tuple(headers), json.dumps(body, ensure_ascii=False).encode())
