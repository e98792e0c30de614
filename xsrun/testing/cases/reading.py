"""Files of cases into records. What is wrong with a file is reported at its key, and takes no other case with it."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, Final

from xsrun.diagnostics import Found, nearest
from xsrun.files import source_files
from xsrun.program import Program
from xsrun.project import read_source
from xsrun.source import Source, Span
from xsrun.testing.cases.case import Case
from xsrun.testing.cases.making import Maker, Refused
from xsrun.testing.cases.places import Path, Places
from xsrun.testing.cases.rows import read_rows
from xsrun.testing.cases.shape import KINDS, SHAPES

FOLDER: Final = "cases"
CODE: Final = "bad-case"
SUFFIXES: Final = (".json", ".toml")
ROWS: Final = ("rows",)
"""The path of every case that is a row of a CSV file."""
SUBJECTS: Final = ("job", "function")
"""What is run: what a case says of it replaces all that its file says."""
MERGED: Final = ("input", "env", "expect")
"""Tables of a file whose entries count for a case unless it has its own."""
_POSITION: Final = re.compile(r"line (\d+),? column (\d+)")


def case_files(path: str) -> list[str]:
    """The files of cases beside the jobs of a folder, or of a file that stands alone in its folder, by name."""
    home = path if os.path.isdir(path) else os.path.dirname(path) or os.curdir
    if home != path and [*source_files(home)] != [os.path.join(home, os.path.basename(path))]:
        return []
    folder = os.path.join(home, FOLDER)
    try:
        names = sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [os.path.join(folder, name) for name in names if name.endswith(SUFFIXES) and not name.startswith(".")]


def read_cases(path: str, program: Program, found: Found) -> list[Case]:
    """The cases of a folder, in the order of files and, within a file, of its text."""
    cases: list[Case] = []
    for file in case_files(path):
        source = read_source(file, os.path.join(FOLDER, os.path.basename(file)), found)
        if source is not None:
            cases += _Reader(source, program, found).cases()
    return cases


class _Reader:
    """Reads one file."""

    def __init__(self, source: Source, program: Program, found: Found) -> None:
        self.source = source
        self.toml = source.path.endswith(".toml")
        self.program = program
        self.found = found
        self.places: Places | None = None

    def cases(self) -> Iterator[Case]:
        """Its sound cases."""
        whole = self._values()
        if whole is None:
            return
        self.places = Places(self.source.text, self.toml)
        for path in self.places.twice:
            self._error(path, f"`{path[-1]}` stands here twice", "keep one of the two")
        whole = self._unfolded(whole, ())
        if not isinstance(whole, dict):
            self._error((), "a file of cases is a table of keys", 'write {"case": [{"name": "…"}]}')
            return
        if not self._fits(whole, "@file", (), skipping=("case",)):
            return
        names: dict[str, Span] = {}
        for path, raw, span in self._each(whole):
            case = self._case(path, raw, span)
            if case is not None and case.name in names:
                other = names[case.name].place
                self._error((*path, "name"), f"two cases are called `{case.name}`", f"the other one stands at {other}")
            elif case is not None:
                names[case.name] = case.span
                yield case

    def _each(self, whole: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any], Span]]:
        """Every case with what holds for all of them, and where it stands."""
        common = {key: value for key, value in whole.items() if key not in ("case", "rows", "name")}
        listed, rows = whole.get("case"), whole.get("rows")
        if listed is None and rows is None:
            stem = os.path.splitext(os.path.basename(self.source.name))[0]
            yield (), {"name": stem, **whole}, self.span("name") if "name" in whole else self.span()
            return
        if "name" in whole:
            self._error(("name",), "a file of several cases has no name of its own", "write it in each [[case]]")
        if not isinstance(listed or [], list):
            self._error(("case",), "`case` is a list of tables", "write [[case]]")
            return
        for number, each in enumerate(listed or []):
            path = ("case", number)
            if not isinstance(each, dict):
                self._error(path, "a case is a table", "write [[case]]")
            elif self._fits(each, "@case", path):
                yield path, _merged(common, each), self.span(*path, *(["name"] if "name" in each else []))
        if rows is not None:
            for line, each in read_rows(self.source, rows, self.span("rows"), self.found):
                if self._fits(each, "@case", (), line):
                    yield ROWS, _merged(common, each), line

    def _case(self, path: Path, raw: dict[str, Any], span: Span) -> Case | None:
        if not raw.get("name"):
            self.found.error(CODE, "a case needs a name", span, 'write name = "what it shows"')
            return None

        def place(*key: str | int) -> Span:
            """In the case itself, else in what holds for all of its file; of a row its line."""
            own = (*path, *key)
            if path == ROWS:
                return span
            shared = key[:1] and path and (*path, *key[:1]) not in self._known and key[:1] in self._known
            return self.span(*(key if shared else own))

        try:
            return Maker(self.program, self.source, raw, place).case(span, path)
        except Refused as fault:
            self.found.error(CODE, fault.message, place(*fault.key), fault.help)
            return None

    @property
    def _known(self) -> Mapping[Path, tuple[int, int]]:
        return self.places.keys if self.places else {}

    # ------------------------------------------------------------ text to values

    def _values(self) -> Any:
        """What the text says; None, reported, when it says nothing."""
        text = self.source.text
        try:
            return tomllib.loads(text) if self.toml else json.loads(text)
        except json.JSONDecodeError as error:
            self._unreadable(f"this is no JSON: {error.msg}", error.pos)
        except tomllib.TOMLDecodeError as error:
            position = _POSITION.search(str(error))
            at = self.source.offset(int(position[1]), int(position[2])) if position else len(text)
            self._unreadable(f"this is no TOML: {str(error).partition(' (at ')[0]}", at)
        except RecursionError:
            self._unreadable("this is nested too deep to be read", 0)
        return None

    def _unreadable(self, message: str, at: int) -> None:
        at = min(at, len(self.source.text))
        self.found.error(CODE, message, Span(self.source, at, at))

    def _unfolded(self, value: Any, path: Path) -> Any:
        """The values with keys that end in a colon replaced by the JSON they hold: TOML knows no null."""
        if isinstance(value, list):
            return [self._unfolded(each, (*path, number)) for number, each in enumerate(value)]
        if isinstance(value, date | datetime | time):
            self._error(path, "a date is written as a text", f'write "{value.isoformat()}"')
            return value.isoformat()
        if not isinstance(value, dict):
            return value
        made: dict[str, Any] = {}
        for key, each in value.items():
            name = key.removesuffix(":") if self.toml and isinstance(each, str) else key
            if name != key:
                each = self._json(each, (*path, key))
                self._known_as((*path, key), (*path, name))
            made[name] = self._unfolded(each, (*path, name))
        return made

    def _json(self, text: str, path: Path) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            self._error(path, f"`{path[-1]}` holds no JSON: {error}", "a key that ends in a colon holds JSON as a text")
            return None

    def _known_as(self, path: Path, other: Path) -> None:
        if self.places is not None and path in self.places.keys:
            self.places.keys[other] = self.places.keys[path]

    # ------------------------------------------------------------ shapes

    def _fits(
        self, value: Any, taken: str, path: Path, line: Span | None = None, skipping: tuple[str, ...] = ()
    ) -> bool:
        """Whether a value is of a kind or shape; all that is not so is reported."""
        if taken.startswith("["):
            fit = [self._fits(each, taken[1:-1], (*path, at), line) for at, each in enumerate(value)]
            return all(fit)
        if not taken.startswith("@"):
            return True  # its kind was looked at where it was chosen
        keys = {key.name: key for key in SHAPES[taken[1:]]}
        sound = True
        for name, each in value.items():
            at = (*path, name)
            if name not in keys:
                near = nearest(name, keys)
                help = f"did you mean `{near}`?" if near else f"there are {', '.join(keys)}"
                sound = self._error(at, f"there is no key `{name}` here", help, line)
            elif name not in skipping:
                chosen = next((kind for kind in keys[name].takes if _is_a(each, kind)), None)
                if chosen is None:
                    shown = " or ".join(map(_shown, keys[name].takes))
                    sound = self._error(at, f"`{name}` takes {shown}", line=line)
                elif not self._fits(each, chosen, at, line):
                    sound = False
        return sound

    def span(self, *path: str | int) -> Span:
        """The place of a key, or of what is around it."""
        start, end = self.places.nearest(path) if self.places else (0, 0)
        return Span(self.source, start, end)

    def _error(self, path: Path, message: str, help: str = "", line: Span | None = None) -> bool:
        self.found.error(CODE, message, line or self.span(*path), help)
        return False


def _merged(common: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    both: dict[str, Any] = {key: {**common[key], **own[key]} for key in MERGED if key in common and key in own}
    if not own.keys().isdisjoint(SUBJECTS):
        common = {key: value for key, value in common.items() if key not in SUBJECTS}
    return {**common, **own, **both}


def _is_a(value: Any, kind: str) -> bool:
    if kind.startswith("["):
        return isinstance(value, list) and all(_is_a(each, kind[1:-1]) for each in value)
    match "object" if kind.startswith("@") else kind:
        case "text":
            return isinstance(value, str)
        case "texts":
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case "bool":
            return isinstance(value, bool)
        case "count":
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0
        case "list":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case "variables":
            return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return True


def _shown(kind: str) -> str:
    return "a list of tables" if kind.startswith("[") else "a table" if kind.startswith("@") else KINDS[kind].shown
