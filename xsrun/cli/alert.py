"""``xsrun alert``: hand an alert to a policy, and do what it asks for, once."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from xsrun.cli.allowing import checked
from xsrun.cli.delivery import exit_of, perform
from xsrun.cli.network import simulated_keys
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.cli.planning import Given, Step, Watch, missing_variables, planned
from xsrun.cli.preparing import clock_of, limits_of, random_of, variables_of
from xsrun.cli.rehearsal import stand_ins
from xsrun.diagnostics import CODES, Diagnostic, Exit, Fault, Found, XsError
from xsrun.effects.real import StderrLog
from xsrun.engine.deliveries import Delivered, Deliveries
from xsrun.engine.folder import Broken
from xsrun.engine.holding import Held
from xsrun.engine.observing import telling
from xsrun.engine.vault import Vault
from xsrun.policies.actions import Action, actions, completed
from xsrun.policies.alert import finding, read_alert
from xsrun.policies.engine import MissingEngine
from xsrun.policies.policy import Around, Policy, PolicyFailed, open_policy
from xsrun.policies.rego import unknown_schema
from xsrun.runtime.environment import resolve
from xsrun.runtime.job import Failure, failure_of
from xsrun.runtime.secrets import MASK

Options = Mapping[str, Any]

UNKEPT: Final = "whether this alert came before is not known, nor will it be: the journal cannot be used"
ID: Final = "id"
FINDING: Final = "finding"
SAME_FINDING: Final = 86_400_000
"""Milliseconds within which the same finding is the same alert; after that it is news again."""
MOST_CHARACTERS: Final = 10_000_000
"""Of an alert."""


def alert(options: Options, watch: Watch | None = None) -> int:
    """Hand an alert to a policy and do what it asks for. Gives back the exit code, as ``execute`` does.

    ``watch`` is told each point that a write passes, ``delivery-begun``, and ``action-over`` after each action.
    """
    output = Output(options["json"], options["quiet"], options["color"])
    try:
        with telling(output.untold):
            return _handled(options, output, watch)
    except XsError as error:
        _report(error.diagnostics, output)
        errors = [each for each in error.diagnostics if each.severity == "error"]
        return CODES[errors[0].code].exit
    except PolicyFailed as failed:
        output.failure(failed.failure)
        return failed.failure.exit
    except Fault as fault:
        failure = failure_of(fault, [])
        output.failure(failure)
        return failure.exit
    except MissingEngine as missing:
        return output.complain("missing-extra", str(missing), missing.help, missing.exit)
    except BadOption as fault:
        return output.reject(fault)
    except Held:
        return output.complain("no-run", "another process handles this alert", "wait for it, then hand it in again")
    except Broken as broken:
        message = f"the journal cannot be written ({broken}); nothing was run"
        return output.complain("journal", message, "mend the state folder, or run without --durable", Exit.FAILED)


def _report(found: Iterable[Diagnostic], output: Output) -> None:
    """Show findings; what a policy gives stands in them, so secrets may."""
    output.diagnostics(each._replace(message=output.masker.text(each.message)) for each in found)


def _handled(options: Options, output: Output, watch: Watch | None) -> int:
    if options["policy"] is None:
        raise BadOption("an alert needs a policy", "write --policy FOLDER, or --policy FILE.rego")
    if options["dedup"] not in (None, ID, FINDING):
        raise BadOption(f"--dedup {options['dedup']} makes no sense", "write --dedup id, or --dedup finding")
    by_finding = options["dedup"] == FINDING
    for check in (clock_of, limits_of, lambda given: checked(given["allow_host"])):
        check(options)  # what makes no sense keeps everything from being done, not one action after the other
    policy = open_policy(options["policy"], options["strict"])
    output.diagnostics(policy.found)
    given = read_alert(_text(options["path"]), options["schema"], by_finding)
    if options["schema"] and policy.schemas and options["schema"] not in policy.schemas:
        raise XsError([unknown_schema(options["schema"], policy.schemas)])
    env = _environment(policy, options, output)
    if isinstance(env, Failure):
        output.failure(env)
        return env.exit
    key = options["key"] or (finding(given) if by_finding else given["id"])
    shared = Given(policy.path, _name(policy, key, options), key, env, options, output, watch)
    with _deliveries(shared, by_finding) as deliveries:
        return _delivered(policy, given, shared, deliveries)


def _text(path: str | None) -> str:
    """The alert as text, from a file or standard input. Raises BadOption."""
    if path is None and sys.stdin.isatty():
        raise BadOption("no alert is given", "name its file, or write < alert.json")
    try:
        if path in (None, "-"):
            text = sys.stdin.read(MOST_CHARACTERS + 1)
        else:
            with open(str(path), encoding="utf-8-sig") as stream:
                text = stream.read(MOST_CHARACTERS + 1)
    except OSError as error:
        raise BadOption(f"cannot read `{path}`: {error.strerror}", "name the file of an alert") from None
    except UnicodeDecodeError:
        raise BadOption("the alert is no UTF-8 text", "save it as UTF-8") from None
    if len(text) > MOST_CHARACTERS:
        raise BadOption(f"the alert has more than {MOST_CHARACTERS:,} characters", "send less")
    return text


def _name(policy: Policy, key: str, options: Options) -> str:
    """Names an alert in the journal: the same for the same alert to the same policy, real or simulated."""
    parts = [policy.name, key, bool(options["simulate"]), sorted(options["map"])]
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _environment(policy: Policy, options: Options, output: Output) -> dict[str, str] | Failure:
    """The variables that the policy reads, and no others; hidden from every output."""
    flags, *others = variables_of(policy.path, options)
    found = resolve(policy.variables, flags, simulated_keys(options["simulate"], options["map"]), *others)
    for name, value in found.values.items():
        output.masker.add([value], name)
    if not found.missing or options["dry_run"]:
        return found.values
    shown = [_read_at(name, policy) for name in found.missing]
    help = f"set it in the environment or in .env, or give {' '.join(f'--env {name}=…' for name in found.missing)}"
    return Failure("missing-env", f"the policy needs {', '.join(shown)}; nothing was sent", Exit.ENVIRONMENT, help)


def _read_at(name: str, policy: Policy) -> str:
    places = [span.place for span in policy.variables[name] if span]
    return f"{name} (read at {', '.join(places)})" if places else name


@contextmanager
def _deliveries(shared: Given, by_finding: bool) -> Iterator[Deliveries | None]:
    """The journal of the alert; None where none is kept. Raises Broken under ``--durable``, and Held."""
    options = shared.options
    if options["dry_run"] or options["ephemeral"]:
        yield None
        return
    try:
        since = _now() + 1 if options["force"] else _now() - SAME_FINDING if by_finding else 0
        deliveries = Deliveries(shared.name, since)
    except Broken as broken:
        if options["durable"]:
            raise
        shared.output.warn(f"{UNKEPT} ({broken})")
        yield None
        return
    with deliveries:
        yield deliveries


def _now() -> int:
    return time.time_ns() // 1_000_000


def _delivered(policy: Policy, alert: dict[str, Any], shared: Given, deliveries: Deliveries | None) -> int:
    output, vault = shared.output, Vault(shared.env, shared.output.masker)
    wanted = _wanted(policy, alert, shared, deliveries.before() if deliveries else None, vault)
    found = Found()
    steps = planned(shared, wanted, deliveries, found)
    if any(each.severity == "error" for each in found.items):
        raise XsError(found.items)
    _report(found.items, output)
    lacking = missing_variables(shared, steps)
    if lacking:
        output.failure(lacking)
        return lacking.exit
    delivery = _begin(policy, alert, steps, shared, deliveries, vault) if deliveries else None
    came = perform(shared, steps, deliveries if delivery else None)
    if not came and not output.quiet:
        output.line({"type": "nothing"} if output.as_json else "the policy asks for nothing")
    exit = exit_of(came)
    document = output.document({"alert": alert["id"], "run": delivery, "actions": [each.shown() for each in came]})
    if deliveries and delivery:
        _end(deliveries, exit, document, output)
    output.result(document)
    return exit


def _end(deliveries: Deliveries, exit: int, document: str, output: Output) -> None:
    try:
        deliveries.end(exit, "interrupted" if exit == Exit.INTERRUPTED else "", document, _now())
    except Broken as broken:
        output.warn(f"the end of this alert is not kept: {broken}")


def _begin(
    policy: Policy, alert: dict[str, Any], steps: list[Step], shared: Given, deliveries: Deliveries, vault: Vault
) -> str | None:
    """Keep that the alert is being handled; None where that cannot be, and nothing of it is known from before."""
    for action, run in deliveries.left_behind(step.action.id for step in steps):
        shared.output.warn(f"the policy asks for `{action}` no more, and its run {run.id} is unfinished: {run.state}")
    kept = vault.seal_value({"alert": alert, "actions": [list(step.action) for step in steps]})
    try:
        delivery = deliveries.begin(f"alert to {policy.name}", policy.path, kept, policy.digest, _now())
    except Held:
        raise
    except Broken as broken:
        if shared.options["durable"] or any(step.run for step in steps):
            raise
        shared.output.warn(f"{UNKEPT} ({broken})")
        return None
    if shared.watch:
        shared.watch("delivery-begun")
    return delivery


def _wanted(
    policy: Policy, alert: dict[str, Any], shared: Given, before: Delivered | None, vault: Vault
) -> list[Action]:
    """The actions of the alert: those of its first delivery, unless the policy has changed since."""
    if before is not None and before.policy == policy.digest and MASK not in json.dumps(before.actions):
        return [Action(*each) for each in vault.open_value(before.actions)]
    output, options = shared.output, shared.options
    if before is not None and before.policy != policy.digest and not output.quiet:
        message = "the policy has changed since this alert came first: what is not done yet is done as it says now"
        output.diagnostics([Diagnostic("policy", message, severity="warning")])
    around = Around(clock_of(options), random_of(options), StderrLog(sys.stderr, output.log), limits_of(options))
    found = Found()
    env = {**stand_ins(policy.variables), **shared.env}
    wanted = actions(policy.jobs({"alert": alert, "env": env}, around), found)
    if any(each.severity == "error" for each in found.items):
        raise XsError(found.items)
    _report(found.items, output)
    return [completed(each, alert, shared.key) for each in wanted]
