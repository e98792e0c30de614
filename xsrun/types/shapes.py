"""Conversions of a given value into the types that are made of several values.

Each takes a value that is not null and the clock, and gives the converted value or raises Reject.
"""

from __future__ import annotations

from collections.abc import Callable

from xsrun import values
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.types.coerce import Coerce, decoded
from xsrun.types.fields import Instant, Reject

_described_file: Callable[[dict[str, Any]], Any] = Late("xsrun.resources.file", "from_object")

_DEEPEST: Final = 3
"""Lists around the points of a shape: polygons of rings of points."""


def _invalid(name: str) -> Reject:
    return Reject(f"Invalid {name} input.")


def _coordinate(value: Any) -> int | float | None:
    if isinstance(value, str):
        value = values.parse_number(value)
    usable = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")
    return value if usable else None


def json_object(value: Any, _clock: Instant) -> dict[str, Any]:
    """An object, or a text that holds one; the empty list counts as the empty object."""
    found = decoded(value)
    if found == []:
        return {}
    if not isinstance(found, dict):
        raise _invalid("object")
    return found


def vector(value: Any, _clock: Instant) -> list[int | float]:
    """A list of numbers."""
    found = decoded(value)
    numbers = [_coordinate(item) for item in found] if isinstance(found, list) else [None]
    if None in numbers:
        raise _invalid("vector")
    return numbers  # type: ignore[return-value]


def file(value: Any, _clock: Instant) -> Any:
    """A file as it is, or one made of ``{name, data, mime?}``; the metadata of a stored file as they are."""
    if isinstance(value, dict) and "data" in value:
        try:
            return _described_file(value)
        except ValueError:
            raise _invalid("file") from None
    stored = isinstance(value, dict) and "name" in value
    if not stored and not isinstance(value, values.Opaque):
        raise _invalid("file")
    return value


def metadata(name: str) -> Coerce:
    """The conversion of the types of stored files: their metadata; of an upload what is known of it but no path."""

    def coerce(value: Any, clock: Instant) -> Any:
        upload = file(value, clock) if isinstance(value, dict) and "data" in value else value
        if isinstance(upload, values.Opaque):
            return {key: each for key, each in upload.fields().items() if key != "path"}
        if not isinstance(upload, dict):
            raise _invalid(name)
        return upload

    return coerce


def geometry(name: str, kind: str) -> Coerce:
    """The conversion of a geo type: ``{type: kind, data: …}``, for a point also ``{lng, lat}``."""
    read: Callable[[Any], Any] = _point if kind == "point" else _points

    def coerce(value: Any, _clock: Instant) -> dict[str, Any]:
        found = decoded(value)
        tagged = isinstance(found, dict) and found.get("type") == kind
        data = read(found.get("data") if tagged else found)
        if data is None or not (tagged or kind == "point"):
            raise _invalid(name)
        return {"type": kind, "data": data}

    return coerce


def _point(value: Any) -> dict[str, int | float] | None:
    if not isinstance(value, dict):
        return None
    lng, lat = _coordinate(value.get("lng")), _coordinate(value.get("lat"))
    return None if lng is None or lat is None else {"lng": lng, "lat": lat}


def _points(value: Any, depth: int = _DEEPEST) -> list[Any] | None:
    if not isinstance(value, list) or not depth:
        return None
    found = [_points(item, depth - 1) if isinstance(item, list) else _point(item) for item in value]
    return None if None in found else found
