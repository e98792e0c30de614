"""The header that says who sends a request, against what the interface wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xsrun.contracts.address import Target
from xsrun.contracts.answers import Sent
from xsrun.contracts.headers import Sending
from xsrun.contracts.known import Known, Something, Text, alternatives
from xsrun.diagnostics import Diagnostic
from xsrun.providers.contracts import Api
from xsrun.source import Span

KEYS: Final = ("api_key", "apikey", "api_token", "_key", "key_")
"""What the names of keys hold that are no access tokens of OAuth."""


def judge_authorization(sent: Sent, found: Sequence[Target], headers: Sending) -> Diagnostic | None:
    """What is wrong with it wherever the request may go; None when it may be right."""
    apis = list(dict.fromkeys(each.endpoint.api if each.endpoint else each.apis[0] for each in found))
    verdicts = [_refused(api, headers, found) for api in apis]
    if not all(verdicts) or verdicts[0] is None:
        return None
    message, span, key = verdicts[0]
    help = f'headers = ["Authorization: {apis[0].auth.schemes[0]}" ~ {key or "$env.key"}]'
    return Diagnostic("contract-auth", message, span or sent.span, "warning", help)


def _refused(api: Api, headers: Sending, found: Sequence[Target]) -> tuple[str, Span | None, str] | None:
    """Why an interface refuses a request with these headers, where, and the key in them; None when it may not."""
    auth = api.auth
    if not auth.schemes or any(each.signed for each in found):
        return None
    given = headers.given.get("authorization")
    wanted = f"{api.title} wants its {auth.key} as `Authorization: {auth.schemes[0]}KEY`"
    if given is None:
        named = auth.query and any(f"{auth.query}=" in each.query for each in found)
        return None if named or not headers.closed else (f"{wanted}, and none is sent", headers.at, "")
    schemes = [_wrong_scheme(api, each) for each in alternatives(given.value)]
    key = _key(alternatives(given.value)[0])
    return (f"{wanted}, this is `{schemes[0]}KEY`", given.value.at, key) if all(schemes) else None


def _key(value: Known) -> str:
    """The reference behind the scheme, ``""`` when there is none."""
    pieces = value.pieces if isinstance(value, Text) else ()
    return next((each.name for each in pieces if isinstance(each, Something)), "")


def _wrong_scheme(api: Api, value: Known) -> str:
    """The wrong scheme that a header names, ``""`` for a right one, or one that is not known."""
    if not isinstance(value, Text) or not value.start:
        return ""
    key, begun, exactly = _key(value), value.start, api.auth.schemes[0].endswith("=")
    if _begins(begun, api.auth.schemes, exactly):
        return ""
    if not is_key(key) and (value.whole is None) and any(each.startswith(begun) for each in api.auth.schemes):
        return ""
    if _begins(begun, api.auth.oauth, exactly=False) and not is_key(key):
        return ""
    scheme, space, _ = begun.partition(" ")
    return f"{scheme} " if space else ""


def _begins(text: str, schemes: Sequence[str], exactly: bool) -> bool:
    """Whether a text begins with a scheme; the case of HTTP's own does not matter (RFC 9110, section 11.1)."""
    return any(text.startswith(each) if exactly else text.lower().startswith(each.lower()) for each in schemes)


def is_key(name: str) -> bool:
    """Whether a reference is by its name a key of an interface, and no token of OAuth."""
    folded = name.lower()
    return any(each in folded for each in KEYS) and "oauth" not in folded
