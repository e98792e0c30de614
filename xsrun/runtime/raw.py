"""What was sent, before it became inputs: ``util.get_raw_input`` (functions.tsv)."""

from __future__ import annotations

from collections.abc import Callable

from xsrun import values
from xsrun.diagnostics import Fault
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.runtime.frame import Run

TEXT: Final = ("none", "")
"""The encodings that leave a body as it is."""
DECODED: Final[dict[str, Callable[[str], Any]]] = {
    "yaml": Late("xsrun.yamltext", "decode"),
    "x-www-form-urlencoded": Late("xsrun.builtins.filters.url", "querystring_parse"),
}
"""How a body is read that is no JSON."""


def raw_input(run: Run, encoding: Any) -> Any:
    """What the run was given: the body of a request as it is, and where it has none all inputs as an object.

    Other encodings read the body anew, where there is one; null is what cannot be read so. Raises Fault for an
    encoding that is none.
    """
    if encoding in (None, "json"):
        given = run.raw_input
        return dict(given) if isinstance(given, dict) else list(given) if isinstance(given, list) else given
    if not isinstance(encoding, str) or encoding not in (*TEXT, *DECODED):
        known = ", ".join(("json", *DECODED, "none"))
        raise Fault("bad-argument", f"There is no encoding {encoding!a}.", help=f"write one of {known}")
    sent = values.dumps(run.raw_input) if run.body is None else run.body.decode("utf-8", "replace")
    if encoding in TEXT:
        return sent
    try:
        return DECODED[encoding](sent)
    except Fault:
        return None
