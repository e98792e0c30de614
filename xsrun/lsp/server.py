"""The language server: every question of the protocol, answered by the modules beside this one."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Any, Final

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from xsrun.diagnostics import Diagnostic, Found
from xsrun.lsp import wire
from xsrun.lsp.completion import complete
from xsrun.lsp.exchange import Incoming, TooLarge, is_unreadable
from xsrun.lsp.hover import hover
from xsrun.lsp.lenses import lenses
from xsrun.lsp.renaming import CannotRename, renamed
from xsrun.lsp.session import Opened, Session
from xsrun.syntax.printer import canonical

TRIGGERS: Final = ("|", "$", ".", '"')
"""Characters behind which an editor asks at once what may follow."""
FIX_ALL: Final = "source.fixAll.xsrun"
WATCHED: Final = "**/*.xs"
_UNSTRUCTURED: Final = "Unable to deserialize message"


def serve() -> str:
    """Speak with an editor on stdin and stdout until it ends the conversation; gives what else ended it."""
    session = Session()
    for method, answer in ANSWERS.items():
        session.feature(method, OPTIONS.get(method))(answer)
    for log in ("pygls.protocol.json_rpc", "pygls.server"):
        logging.getLogger(log).addFilter(_is_news)
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as written:  # the conversation closes what it is written to
        try:
            session.start_io(Incoming(sys.stdin.buffer), written)  # type: ignore[arg-type]  # it wants these two methods
        except TooLarge as error:
            return str(error)
    return ""


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of the log tells more than that something was refused, which the editor knows."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, JsonRpcInvalidParams) or is_unreadable(error) or record.msg.startswith(_UNSTRUCTURED))


# ------------------------------------------------------------------ texts


def _initialized(session: Session, _: lsp.InitializedParams) -> None:
    session.set_roots()
    able = session.client_capabilities.workspace
    watching = able.did_change_watched_files if able else None
    if watching and watching.dynamic_registration:
        watched = lsp.DidChangeWatchedFilesRegistrationOptions([lsp.FileSystemWatcher(WATCHED)])
        asked = lsp.Registration("watched", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, watched)
        session.client_register_capability(lsp.RegistrationParams([asked]))


def _folders_changed(session: Session, _: lsp.DidChangeWorkspaceFoldersParams) -> None:
    session.set_roots()
    session.plan()


def _opened(session: Session, given: lsp.DidOpenTextDocumentParams) -> None:
    session.set_text(given.text_document.uri)
    session.publish()


def _changed(session: Session, given: lsp.DidChangeTextDocumentParams) -> None:
    session.set_text(given.text_document.uri)
    session.plan()


def _saved(session: Session, given: lsp.DidSaveTextDocumentParams) -> None:
    session.projects.touched(session.path(given.text_document.uri))
    session.plan()


def _closed(session: Session, given: lsp.DidCloseTextDocumentParams) -> None:
    session.close(given.text_document.uri)
    session.publish()


def _touched(session: Session, given: lsp.DidChangeWatchedFilesParams) -> None:
    for each in given.changes:
        session.projects.touched(session.path(each.uri))
    session.plan()


# ------------------------------------------------------------------ answers


def _completion(session: Session, given: lsp.CompletionParams) -> lsp.CompletionList:
    opened = session.opened(given.text_document)
    offset = opened.offset(given.position)
    found = complete(opened.analysis, opened.source.path, offset)
    return wire.completion(found, opened.lines, offset, _takes_snippets(session))


def _takes_snippets(session: Session) -> bool:
    document = session.client_capabilities.text_document
    item = document.completion.completion_item if document and document.completion else None
    return bool(item and item.snippet_support)


def _hover(session: Session, given: lsp.HoverParams) -> lsp.Hover | None:
    opened = session.opened(given.text_document)
    found = hover(opened.analysis, opened.source.path, opened.offset(given.position))
    if found is None:
        return None
    content = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.text)
    return lsp.Hover(content, wire.range_of(opened.lines, found.start, found.end))


def _lenses(session: Session, given: lsp.CodeLensParams) -> list[lsp.CodeLens]:
    opened = session.opened(given.text_document)
    return [wire.code_lens(each, opened.analysis) for each in lenses(opened.analysis, opened.source.path)]


def _outline(session: Session, given: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    opened = session.opened(given.text_document)
    constructs = opened.analysis.folder.constructs
    return [wire.outline(each, opened.analysis) for each in constructs if each.source is opened.source]


# ------------------------------------------------------------------ names


def _definition(session: Session, given: lsp.DefinitionParams) -> list[lsp.Location]:
    opened = session.opened(given.text_document)
    return session.locations(opened.analysis, [each for each in opened.places(given.position) if each.declares])


def _references(session: Session, given: lsp.ReferenceParams) -> list[lsp.Location]:
    opened = session.opened(given.text_document)
    wanted = [each for each in opened.places(given.position) if given.context.include_declaration or not each.declares]
    return session.locations(opened.analysis, wanted)


def _highlight(session: Session, given: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight]:
    opened = session.opened(given.text_document)
    here = [each.span for each in opened.places(given.position) if each.span.source is opened.source]
    return [lsp.DocumentHighlight(wire.span_range(each, opened.analysis)) for each in here]


def _prepare_rename(session: Session, given: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
    opened = session.opened(given.text_document)
    found = opened.named(given.position)
    if found is None:
        return None
    return lsp.PrepareRenamePlaceholder(wire.span_range(found.span, opened.analysis), found.symbol.name)


def _rename(session: Session, given: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    opened = session.opened(given.text_document)
    found = opened.named(given.position)
    if found is None:
        return None
    try:
        edits = renamed(opened.analysis, found, given.new_name)
    except CannotRename as refusal:
        raise JsonRpcInvalidParams(str(refusal)) from None
    return wire.workspace_edit(edits, opened.analysis, session.uri)


# ------------------------------------------------------------------ changes


def _format(session: Session, given: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
    opened = session.opened(given.text_document)
    after = canonical(opened.source, Found())
    return None if after in (None, opened.source.text) else [_whole(opened, str(after))]


def _whole(opened: Opened, text: str) -> lsp.TextEdit:
    """The change of a text into another one."""
    return lsp.TextEdit(wire.range_of(opened.lines, 0, len(opened.source.text)), text)


def _actions(session: Session, given: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    opened = session.opened(given.text_document)
    start, end = opened.offset(given.range.start), opened.offset(given.range.end)
    offered: list[lsp.CodeAction] = []
    if _is_wanted(lsp.CodeActionKind.QuickFix, given.context):
        found = [each for each in opened.analysis.found_in(opened.source.path) if each.edits]
        offered += [_quick_fix(session, opened, each) for each in found if _touches(each, start, end)]
    if given.context.only and _is_wanted(FIX_ALL, given.context):
        for mended in session.projects.fixed(opened.source.path).mended:
            change = lsp.WorkspaceEdit({given.text_document.uri: [_whole(opened, mended.text)]})
            offered.append(lsp.CodeAction("Mend everything with one safe remedy", FIX_ALL, edit=change))
    return offered


def _is_wanted(kind: str, context: lsp.CodeActionContext) -> bool:
    """Whether an editor asks for a kind of action, or for all that are quick to find."""
    return not context.only or any(kind == each or kind.startswith(f"{each}.") or not each for each in context.only)


def _touches(found: Diagnostic, start: int, end: int) -> bool:
    return found.span is not None and found.span.start <= end and start <= found.span.end


def _quick_fix(session: Session, opened: Opened, found: Diagnostic) -> lsp.CodeAction:
    """The action that mends one finding."""
    assert found.span is not None
    return lsp.CodeAction(
        found.help or f"Mend: {found.message}",
        lsp.CodeActionKind.QuickFix,
        [wire.diagnostic(found, found.span, opened.analysis)],
        is_preferred=True,
        edit=wire.workspace_edit(found.edits, opened.analysis, session.uri),
    )


ANSWERS: Final[dict[str, Callable[..., Any]]] = {
    lsp.INITIALIZED: _initialized,
    lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: _folders_changed,
    lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES: _touched,
    lsp.TEXT_DOCUMENT_DID_OPEN: _opened,
    lsp.TEXT_DOCUMENT_DID_CHANGE: _changed,
    lsp.TEXT_DOCUMENT_DID_SAVE: _saved,
    lsp.TEXT_DOCUMENT_DID_CLOSE: _closed,
    lsp.TEXT_DOCUMENT_COMPLETION: _completion,
    lsp.TEXT_DOCUMENT_HOVER: _hover,
    lsp.TEXT_DOCUMENT_CODE_LENS: _lenses,
    lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL: _outline,
    lsp.TEXT_DOCUMENT_DEFINITION: _definition,
    lsp.TEXT_DOCUMENT_REFERENCES: _references,
    lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: _highlight,
    lsp.TEXT_DOCUMENT_PREPARE_RENAME: _prepare_rename,
    lsp.TEXT_DOCUMENT_RENAME: _rename,
    lsp.TEXT_DOCUMENT_FORMATTING: _format,
    lsp.TEXT_DOCUMENT_CODE_ACTION: _actions,
}
"""What answers each message of an editor."""

OPTIONS: Final[dict[str, Any]] = {
    lsp.TEXT_DOCUMENT_COMPLETION: lsp.CompletionOptions(trigger_characters=[*TRIGGERS]),
    lsp.TEXT_DOCUMENT_RENAME: lsp.RenameOptions(prepare_provider=True),
    lsp.TEXT_DOCUMENT_CODE_ACTION: lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix, FIX_ALL]),
}
"""What an editor is told of an answer beforehand."""
