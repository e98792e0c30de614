"""Which tests a command line means."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from xsrun.cli.reach import Reached, reached
from xsrun.diagnostics import nearest
from xsrun.files import is_home, real_path
from xsrun.testing import text
from xsrun.testing.cases.reading import FOLDER, SUFFIXES
from xsrun.testing.failed import failed_before
from xsrun.testing.item import Item
from xsrun.testing.suite import Suite

Options = Mapping[str, Any]

KINDS: Final = {"unit": "unit", "workflow": "workflow", "cases": "case"}
"""Options that choose a kind of tests, and the kind."""
BESIDE: Final = (*SUFFIXES, ".csv")
"""What the files in a folder of cases end in."""


def reached_tests(path: str) -> list[Reached]:
    """The projects that a path means; of cases, a file or their folder, the one they belong to. Raises NotFound."""
    real = real_path(path)
    folder = os.path.dirname(real) if real.endswith(BESIDE) else real
    home = os.path.dirname(folder)
    if os.path.basename(folder) == FOLDER and os.path.exists(real) and (folder != real or is_home(home)):
        return [Reached(os.path.relpath(home), file=real)]
    return reached([path])


def chosen(suites: Iterable[Suite], meant: Iterable[Reached], options: Options) -> Iterator[Item]:
    """The tests among those of some projects that the options mean, in order."""
    for suite, (_, _, file) in zip(suites, meant, strict=True):
        failed = failed_before(suite.path) if options["failed"] else ()
        for item in suite.items:
            meant_here = file in ("", item.file, os.path.dirname(item.file), item.span.source.path)
            if meant_here and (not options["failed"] or item.id in failed) and _is_meant(item, options):
                yield item._replace(network=options["allow_network"])


def _is_meant(item: Item, options: Options) -> bool:
    kinds = [kind for flag, kind in KINDS.items() if options[flag]]
    return (
        (not kinds or item.kind in kinds)
        and (options["name"] or "").casefold() in item.label.casefold()
        and (options["obj_type"] or item.obj_type) == item.obj_type
        and (options["obj"] or item.obj_name) == item.obj_name
        and (not options["tag"] or not set(options["tag"]).isdisjoint(item.tags))
    )


def where(options: Options) -> str:
    """What was looked for and not found, in words."""
    named = f" called `{options['name']}`" if options["name"] else ""
    tagged = "".join(f" with the tag `{each}`" for each in options["tag"])
    of = " ".join(options[each] for each in ("obj_type", "obj") if options[each])
    before = " that failed before" if options["failed"] else ""
    kinds = [text.KINDS[kind] for flag, kind in KINDS.items() if options[flag]]
    wanted = f"no {' or '.join(f'{kind}s' for kind in kinds)} found" if kinds else "no tests found"
    return f"{wanted}{named}{tagged}{before}{of and f' of {of}'}" + (
        f" in {options['path']}" if options["path"] else ""
    )


def hint(suites: Sequence[Suite], options: Options) -> str:
    """What to type when nothing was found."""
    items = [item for suite in suites for item in suite.items]
    known = (
        (options["name"], [item.name for item in items], "-k takes a part of the name of a test or of what it tests"),
        (options["obj"], [item.obj_name for item in items], "--obj takes the name of what is tested"),
        (
            options["obj_type"],
            [item.obj_type for item in items],
            "--obj-type takes the kind of what is tested, e.g. function or job",
        ),
        *((tag, [each for item in items for each in item.tags], "no test has it") for tag in options["tag"]),
    )
    for given, names, otherwise in known:
        if given and not any(given.casefold() in name.casefold() for name in names):
            near = nearest(given, names)
            return f'did you mean "{near}"?' if near else otherwise
    if options["failed"]:
        return "what passed is run without --failed"
    if items:
        return "others are run without the options that choose"
    return 'write test "what it shows" { … } behind the response of a function'
