"""The attributes of a statement of a provider against the fields of its call, as far as both are certain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xsrun.builtins.statements.checks import attribute
from xsrun.contracts.answers import Sent
from xsrun.contracts.bodies import FITTING, Wrong, faults
from xsrun.contracts.known import ANY, NULL, Known, Record, kinds_of, put
from xsrun.contracts.wording import told
from xsrun.diagnostics import Diagnostic
from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import Field

OWN: Final = ("limit", "offset")
"""Attributes that count over pages, where the parameters of their names count within one."""
LEFT_OUT: Final = ("blank", "together")
"""What is no fault of an attribute: one that is empty is not sent."""


def judge_statement(sent: Sent, endpoint: Endpoint) -> Iterator[Diagnostic]:
    """What is certainly wrong with the attributes of a statement that makes a call by itself."""
    whole = endpoint._replace(fields=(*endpoint.body, *endpoint.query), wrapper="")
    body: Known = Record({})
    for field in whole.fields:
        path = field.path.removesuffix("[]")
        value = sent.given.get(attribute(path), NULL)
        if value != NULL and attribute(path) not in OWN and _may_be(value, field):
            body = put(body, tuple(path.split(".")), value)
    for wrong in faults(whole, body, sent.span):
        named = _named(wrong)
        given = sent.given.get(named.path.partition(".")[0].removesuffix("[]"), NULL)
        if given != NULL and wrong.reason not in LEFT_OUT and not _becomes_text(wrong):
            finding = told(endpoint, named)
            yield finding._replace(help=_written(finding.help, named))


def _may_be(value: Known, field: Field) -> bool:
    """Whether an attribute is the property, and not the id or the name out of which an object or a list is made."""
    kinds = kinds_of(value)
    return field.kind not in ("object", "list") or kinds == ANY or bool(kinds & FITTING[field.kind])


def _becomes_text(wrong: Wrong) -> bool:
    """Whether a statement makes a text of what is none, as it does for every attribute that is one."""
    return wrong.reason == "kind" and wrong.field.kind == "text"


def _named(wrong: Wrong) -> Wrong:
    """The same by the names of attributes."""
    path = attribute(wrong.path).removesuffix("[]")
    return wrong._replace(path=path, field=wrong.field._replace(path=path))


def _written(help: str, wrong: Wrong) -> str:
    """Attributes are set with ``=``, properties with ``:``."""
    return help.replace(":", " =", 1) if help.startswith(f"{wrong.path}:") else help
