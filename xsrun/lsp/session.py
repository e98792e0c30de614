"""The conversation with one editor: what is open in it, and what it was told is wrong."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from lsprotocol import types as lsp
from pygls import uris
from pygls.exceptions import JsonRpcInvalidParams, JsonRpcParseError
from pygls.lsp.server import LanguageServer

from xsrun import __version__
from xsrun.lsp import wire
from xsrun.lsp.exchange import Exchange, Senseless, is_unreadable
from xsrun.lsp.positions import UTF_16, Lines, Position
from xsrun.lsp.symbols import Occurrence
from xsrun.lsp.workspace import Analysis, Workspace
from xsrun.source import Source

PAUSE: Final = 0.02
"""Seconds after a keystroke before findings are looked for, at least: the next keystroke may come first. In a project
that takes longer to check it is as long as that took."""


class Opened(NamedTuple):
    """A text that is open, in its project."""

    analysis: Analysis
    source: Source
    lines: Lines

    def offset(self, position: lsp.Position) -> int:
        """The offset of a position in the text."""
        return self.lines.offset(Position(position.line, position.character))

    def named(self, position: lsp.Position) -> Occurrence | None:
        """What is named at a position; None when nothing is."""
        return self.analysis.symbols.at(self.source.path, self.offset(position))

    def places(self, position: lsp.Position) -> list[Occurrence]:
        """Every place that names what is named at a position."""
        found = self.named(position)
        return self.analysis.symbols.of(found.symbol) if found else []


class Session(LanguageServer):
    """A language server with the projects of one editor."""

    def __init__(self) -> None:
        kind = lsp.TextDocumentSyncKind.Full
        super().__init__(wire.NAME, __version__, text_document_sync_kind=kind, protocol_cls=Exchange)
        self.projects = Workspace()
        self._uris: dict[str, str] = {}
        """The addresses that the editor uses for what is open, by path."""
        self._published: dict[str, list[lsp.Diagnostic]] = {}
        self._planned: asyncio.TimerHandle | None = None
        self._pause = PAUSE

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Answer a body that is no JSON; what else goes wrong is shown in the editor."""
        if is_unreadable(error) and isinstance(self.protocol, Exchange):
            self.protocol.refuse(Senseless(None, JsonRpcParseError()))
        else:
            super().report_server_error(error, source)

    # ------------------------------------------------------------ places

    def path(self, uri: str) -> str:
        """The real path of a file; the address itself of what is none."""
        path = uris.to_fs_path(uri) if uri.startswith("file:") else None
        return os.path.realpath(path) if path else uri

    def uri(self, path: str) -> str:
        """The address of a path."""
        return self._uris.get(path) or uris.from_fs_path(path) or path

    def opened(self, document: lsp.TextDocumentIdentifier) -> Opened:
        """A text that is open. Raises JsonRpcInvalidParams when it is not."""
        path = self.path(document.uri)
        if path not in self.projects.open_paths:
            raise JsonRpcInvalidParams(f"{document.uri} is not open")
        analysis = self.projects.analysis(path)
        source = analysis.sources[path]
        return Opened(analysis, source, analysis.lines(source))

    def locations(self, analysis: Analysis, places: Sequence[Occurrence]) -> list[lsp.Location]:
        """Where something is named."""
        return [lsp.Location(self.uri(each.span.source.path), wire.span_range(each.span, analysis)) for each in places]

    # ------------------------------------------------------------ what is open, and what is wrong with it

    def set_roots(self) -> None:
        """Take over the folders of the editor, and how it counts."""
        self.projects.encoding = lsp.PositionEncodingKind(self.workspace.position_encoding or UTF_16).value
        folders = [self.path(each) for each in self.workspace.folders]
        root = self.workspace.root_path
        self.projects.set_roots(folders or ([root] if root else []))

    def set_text(self, uri: str) -> None:
        """Take over a text as the editor has it."""
        path = self.path(uri)
        self._uris[path] = uri
        self.projects.set_text(path, self.workspace.get_text_document(uri).source)

    def close(self, uri: str) -> None:
        """Forget a text."""
        path = self.path(uri)
        self.projects.close(path)
        self._uris.pop(path, None)

    def plan(self) -> None:
        """Say what is wrong, once nothing has been typed for a moment."""
        if self._planned is not None:
            self._planned.cancel()
        self._planned = asyncio.get_running_loop().call_later(self._pause, self.publish)

    def publish(self) -> None:
        """Say what is wrong with every project that has a text open, as far as it is new."""
        begin = time.monotonic()
        found: dict[str, list[lsp.Diagnostic]] = {self.uri(path): [] for path in self.projects.open_paths}
        for analysis in dict.fromkeys(self.projects.analysis(path) for path in self.projects.open_paths):
            for each in analysis.diagnostics:
                if each.span is not None:
                    shown = wire.diagnostic(each, each.span, analysis)
                    found.setdefault(self.uri(each.span.source.path), []).append(shown)
        for uri in {**found, **self._published}:
            new = found.get(uri, [])
            if new != self._published.get(uri):
                self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, new))
        self._published = found
        self._pause = max(PAUSE, time.monotonic() - begin)
