"""Statements of `util` that are ordinary functions: waiting, headers and distances."""

from __future__ import annotations

import math

from xsrun.builtins.registry import Group, Number, Static, Text
from xsrun.diagnostics import Fault
from xsrun.effects.ports import World
from xsrun.hints import Final

util = Group("util")

EARTH_RADIUS: Final = 6_371_000
APPENDING: Final = ("append", "add")
LONGEST_SLEEP: Final = 86_400


@util.statement(
    "util.sleep { value = 0.25 }",
    "util.sleep { value = -1 }",
    'util.sleep { value = "soon" } -> !Not numeric.',
    "util.sleep { value = 90000 } -> !a sleep may last at most 86,400 seconds",
    instead={"seconds": "value", "duration": "value"},
)
def sleep(world: World, *, value: Number) -> None:
    """Wait that many seconds, fractions allowed; a negative number does not wait."""
    if not value <= LONGEST_SLEEP:
        raise Fault("limit-time", f"a sleep may last at most {LONGEST_SLEEP:,} seconds", help="use a task for longer")
    world.clock.sleep(max(0.0, value))


@util.statement(
    'util.set_header { value = "Content-Type: text/html" }',
    'util.set_header {\n  value = "Set-Cookie: a=1"\n  duplicates = "append"\n} as $r -> null',
    parity="where no request is answered it goes to the log",
)
def set_header(world: World, *, value: Text, duplicates: Static = "replace") -> None:
    """Add a header to the response of a query; where none is answered, only the log shows it."""
    if world.reply is None:
        world.log.write(f"util.set_header outside a request: {value}")
    else:
        world.reply.header(value, append=duplicates in APPENDING)


@util.statement(
    "util.geo_distance { latitude_1 = 0 longitude_1 = 0 latitude_2 = 0 longitude_2 = 0 } as $r -> 0",
    "util.geo_distance { latitude_1 = 40.71 longitude_1 = -74 latitude_2 = 34.05 longitude_2 = -118.24 } as $d\n"
    "var $r { value = $d|round } -> 3936060",
    'util.geo_distance { latitude_1 = "north" } as $r -> !Not numeric.',
)
def geo_distance(
    *, latitude_1: Number = 0, longitude_1: Number = 0, latitude_2: Number = 0, longitude_2: Number = 0
) -> float:
    """Measure the great-circle distance between two places in metres; coordinates are degrees."""
    degrees = (latitude_1, longitude_1, latitude_2, longitude_2)
    if not all(map(math.isfinite, degrees)):
        raise Fault("bad-argument", "A coordinate is not finite.", help="give latitude and longitude in degrees")
    from_lat, from_lng, to_lat, to_lng = map(math.radians, degrees)
    across = math.sin((to_lat - from_lat) / 2) ** 2
    along = math.sin((to_lng - from_lng) / 2) ** 2
    half_chord = across + math.cos(from_lat) * math.cos(to_lat) * along
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, half_chord)))
