"""The projects below the folders of an editor, with the texts that are open in it over those on disk.

A text is parsed when it changes; the trees of all others are used again. Nothing is read that does not lie
below a folder of the editor, and nothing is ever run.
"""

from __future__ import annotations

import os
from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from xsrun.api import Project
from xsrun.builtins.catalogue import registry
from xsrun.compile.infer import Ignorance, Inference
from xsrun.compile.names import Names
from xsrun.compile.program import field_type, infer_types, inputs_of
from xsrun.contracts.rules import contract_findings
from xsrun.diagnostics import Diagnostic, Found
from xsrun.files import RUN_FILES, inside, is_home, real_path, source_files
from xsrun.fix import Fixes, fix
from xsrun.lsp.positions import UTF_16, Lines
from xsrun.lsp.symbols import KnownNames, Symbols, scope_of, symbols_of
from xsrun.project import NO_TEXTS, Construct, Folder, Read, folder_of, read, read_source
from xsrun.source import Source
from xsrun.types.fields import Field

ELSEWHERE: Final = "unresolved-"
"""How codes begin that another file of the project could mend; of a text alone they say nothing."""


class Analysis:
    """What is known of a project at one moment. What takes long is found out when somebody asks."""

    def __init__(self, folder: Folder, known: KnownNames, alone: bool, encoding: str) -> None:
        self.folder = folder
        self.sources: dict[str, Source] = {source.path: source for source in folder.sources}
        self._known = known
        self._alone = alone
        self._encoding = encoding
        self._lines: dict[str, Lines] = {}
        self._inferences: dict[Construct, Inference] = {}

    @cached_property
    def diagnostics(self) -> list[Diagnostic]:
        """Everything that ``xsrun check --contracts`` says of the project."""
        found = dict.fromkeys([*Project(self.folder).diagnostics, *contract_findings(self.folder)])
        return [each for each in found if not (self._alone and each.code.startswith(ELSEWHERE))]

    @cached_property
    def symbols(self) -> Symbols:
        """Where every name is declared and used."""
        return symbols_of(self.folder, self._known)

    def construct(self, path: str, offset: int) -> Construct | None:
        """The construct around a place of a text, or the last one before it."""
        before = [each for each in self.folder.constructs if each.source.path == path and each.block.start <= offset]
        return before[-1] if before else None

    def inference(self, construct: Construct) -> Inference:
        """What the variables and expressions of a construct may be; the results of other functions are not known."""
        if construct not in self._inferences:
            fields = self.fields(scope_of(construct))
            names = Names((field.name for field in fields), [construct.block])
            inputs = {field.name: field_type(field) for field in fields}
            made = Inference(inputs, registry(), {}, names)
            try:
                infer_types(made, construct)
            except RecursionError:
                made = Ignorance(inputs, registry(), {}, names)
            self._inferences[construct] = made
        return self._inferences[construct]

    def fields(self, scope: str) -> tuple[Field, ...]:
        """The inputs of the construct that has a scope of variables."""
        construct = next((each for each in self.folder.constructs if scope_of(each) == scope), None)
        return inputs_of(construct, Found(), self.folder.named("table")) if construct else ()

    def lines(self, source: Source) -> Lines:
        """The lines of one of its texts."""
        if source.path not in self._lines:
            self._lines[source.path] = Lines(source.text, self._encoding)
        return self._lines[source.path]

    def found_in(self, path: str) -> list[Diagnostic]:
        """What was found in one of its texts."""
        return [each for each in self.diagnostics if each.span and each.span.source.path == path]


class _OnDisk(NamedTuple):
    """A file as it was read: what tells whether it has changed since, and its text."""

    signature: tuple[str, int, int, int]
    read: Read | None
    found: list[Diagnostic]


class Workspace:
    """What is open, by the real path of its file; a text that is no file goes by its address.

    ``roots`` are the folders of the editor.
    """

    def __init__(self, roots: Iterable[str] = ()) -> None:
        self.roots: list[str] = []
        self.encoding = UTF_16
        """What the editor counts the characters of a line by."""
        self._open: dict[str, Read] = {}
        self._disk: dict[str, _OnDisk] = {}
        self._files: dict[str, list[str]] = {}
        """The files of each project, as they were found last."""
        self._analyses: dict[str, Analysis] = {}
        self._names: dict[str, KnownNames] = {}
        self.set_roots(roots)

    # ------------------------------------------------------------ what changes

    def set_roots(self, roots: Iterable[str]) -> None:
        """The editor has other folders."""
        self.roots = [real_path(root) for root in roots]
        self._files.clear()
        self._analyses.clear()
        for path, each in self._open.items():
            self._open[path] = read(Source(self._name(path), each.source.text, path))

    def set_text(self, path: str, text: str) -> None:
        """A text was opened or has changed."""
        before, home = self._open.get(path), self.home(path)
        if path not in self._files.get(home, ()):
            self._files.pop(home, None)
        if before is None or before.source.text != text:
            self._open[path] = read(Source(self._name(path), text, path))
            self._analyses.pop(home or path, None)

    def close(self, path: str) -> None:
        """A text was closed; what its file holds counts again."""
        if self._open.pop(path, None) is not None:
            self._forget(path)

    def touched(self, path: str) -> None:
        """A file was written, made or taken away by somebody. A run file makes its folder a project of its own."""
        self._forget(path)
        if os.path.basename(path) in RUN_FILES:
            self.set_roots(self.roots)

    def _forget(self, path: str) -> None:
        self._files.pop(self.home(path), None)
        self._analyses.pop(self._key(path), None)

    # ------------------------------------------------------------ what is asked

    @property
    def open_paths(self) -> list[str]:
        """Every text that is open."""
        return [*self._open]

    def home(self, path: str) -> str:
        """The project of a file: the nearest folder with a run file, else the folder of the editor.

        ``""`` for a file outside of all folders, which is looked at alone.
        """
        root = max((root for root in self.roots if _is_below(path, root)), key=len, default="")
        folder = os.path.dirname(path) if root else ""
        while folder and not is_home(folder):
            if folder == root:
                return root
            folder = os.path.dirname(folder)
        return folder

    def analysis(self, path: str) -> Analysis:
        """The project of a text, analysed when anything in it has changed."""
        key = self._key(path)
        if key not in self._analyses:
            self._analyses[key] = self._analyse(path)
        return self._analyses[key]

    def fixed(self, path: str) -> Fixes:
        """What mending everything that can be mended makes of one text."""

        def look(instead: Mapping[str, str]) -> list[Diagnostic]:
            return (self._analyse(path, instead) if instead else self.analysis(path)).found_in(path)

        return fix(look)

    def _name(self, path: str) -> str:
        """What a text is called in messages."""
        home = self.home(path)
        return os.path.relpath(path, home) if home else os.path.basename(path)

    def _key(self, path: str) -> str:
        return self.home(path) or path

    def _analyse(self, path: str, instead: Mapping[str, str] = NO_TEXTS) -> Analysis:
        """The project of a text, where some hold something else."""
        home = self.home(path)
        found: list[Diagnostic] = []
        texts = [*self._texts(home, found)] if home else [self._open[path]]
        held = {each.source.path: each.source for each in texts}
        changed = {each: read(Source(held[each].name, text, each)) for each, text in instead.items()}
        folder = folder_of(home, [changed.get(each.source.path, each) for each in texts])
        folder.found.items += found
        return Analysis(folder, self._names.setdefault(self._key(path), {}), not home, self.encoding)

    def _texts(self, home: str, found: list[Diagnostic]) -> Iterator[Read]:
        for path in self._listed(home):
            if path in self._open:
                yield self._open[path]
                continue
            held = self._held(path, home)
            found += held.found
            if held.read is not None:
                yield held.read

    def _listed(self, home: str) -> list[str]:
        """The files of a project, those that exist in the editor alone among them."""
        if home not in self._files:
            files = [real_path(file) for file in inside(source_files(home), home)]
            for path in self._open:
                if self.home(path) == home and path not in files:
                    insort(files, path)
            self._files[home] = files
        return self._files[home]

    def _held(self, path: str, home: str) -> _OnDisk:
        """What a file holds; it is read when it has changed."""
        try:
            stat = os.stat(path)
            signature = home, stat.st_mtime_ns, stat.st_size, stat.st_ino
        except OSError:
            signature = home, 0, 0, 0
        held = self._disk.get(path)
        if held is None or held.signature != signature:
            found = Found()
            source = read_source(path, os.path.relpath(path, home), found)
            held = self._disk[path] = _OnDisk(signature, read(source) if source else None, found.items)
        return held


def _is_below(path: str, root: str) -> bool:
    return path.startswith(root.rstrip(os.sep) + os.sep)
