"""The language server as editors meet it: a process, spoken to over its pipes by the client of a library."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

RUN = 'run.job "J" {\n  main = {name: "f", input: {n: 1}}\n}\n'
GOOD = """function "f" {
  input {
    int n
  }
  stack {
    var $x {
      value = $input.n|add:1
    }
  }
  response = $x
}
"""
BAD = GOOD.replace("int n", "integer n")
WAIT = 60
"""Seconds before an answer counts as lost."""

ABLE = lsp.ClientCapabilities(
    workspace=lsp.WorkspaceClientCapabilities(
        did_change_watched_files=lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
    ),
    text_document=lsp.TextDocumentClientCapabilities(
        completion=lsp.CompletionClientCapabilities(
            completion_item=lsp.ClientCompletionItemOptions(snippet_support=True)
        )
    ),
)


class Editor:
    """An editor with one folder open."""

    def __init__(self, folder: Path, encoding: str = "utf-16") -> None:
        self.folder = folder
        self.able = attrs.evolve(ABLE, general=lsp.GeneralClientCapabilities(position_encodings=[encoding]))
        self.client = LanguageClient("editor", "1")
        self.found: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        self.registered: asyncio.Queue[str] = asyncio.Queue()
        self.version = 0

    async def __aenter__(self):
        self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda said: self.found.put_nowait(said))
        self.client.feature(lsp.CLIENT_REGISTER_CAPABILITY)(lambda given: self._register(given))
        await self.client.start_io(sys.executable, "-m", "xsrun", "lsp")
        folders = [lsp.WorkspaceFolder(self.folder.as_uri(), "folder")]
        asked = lsp.InitializeParams(self.able, process_id=os.getpid(), workspace_folders=folders)
        self.answered = await self.client.initialize_async(asked)
        self.client.initialized(lsp.InitializedParams())
        return self

    def _register(self, given: lsp.RegistrationParams) -> None:
        for each in given.registrations:
            self.registered.put_nowait(each.method)

    async def __aexit__(self, *_: object):
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()

    def document(self, name: str) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier((self.folder / name).as_uri())

    def open(self, name: str) -> lsp.TextDocumentIdentifier:
        path = self.folder / name
        self.client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(path.as_uri(), "xanoscript", 0, path.read_text("utf-8")))
        )
        return self.document(name)

    def type(self, name: str, text: str) -> None:
        self.version += 1
        changed = lsp.VersionedTextDocumentIdentifier(self.version, (self.folder / name).as_uri())
        whole = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(changed, [whole]))

    async def said(self, name: str) -> list[lsp.Diagnostic]:
        """What is said next of a file."""
        while True:
            said = await asyncio.wait_for(self.found.get(), WAIT)
            if said.uri == (self.folder / name).as_uri():
                return [*said.diagnostics]

    async def codes(self, name: str) -> list[str]:
        """The codes of what is said next of a file."""
        return [str(each.code) for each in await self.said(name)]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "function").mkdir()
    (tmp_path / "run.xs").write_text(RUN, encoding="utf-8")
    (tmp_path / "function" / "f.xs").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_an_hour_of_work(folder):
    asyncio.run(_work(folder))


async def _work(folder: Path) -> None:
    name = "function/f.xs"
    async with Editor(folder) as editor:
        client, document = editor.client, editor.open(name)
        assert await editor.codes(name) == []
        assert await asyncio.wait_for(editor.registered.get(), WAIT) == lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES

        editor.type(name, BAD)
        assert await editor.codes(name) == ["unknown-type"]
        everywhere = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))
        asked = lsp.CodeActionParams(document, everywhere, lsp.CodeActionContext([]))
        (mend,) = await client.text_document_code_action_async(asked)
        assert [*mend.edit.changes] == [document.uri]
        (edit,) = mend.edit.changes[document.uri]
        assert (mend.title, edit.range.start, edit.new_text) == ("write int n", lsp.Position(2, 4), "int")
        asked.context = lsp.CodeActionContext([], only=["source.fixAll"])
        (mend,) = await client.text_document_code_action_async(asked)
        assert [each.new_text for each in mend.edit.changes[document.uri]] == [GOOD]

        editor.type(name, GOOD)
        assert await editor.codes(name) == []
        place = {"text_document": document, "position": lsp.Position(6, 25)}
        offered = await client.text_document_completion_async(lsp.CompletionParams(**place))
        assert "add" in [each.label for each in offered.items]
        told = await client.text_document_hover_async(lsp.HoverParams(**place))
        assert "Add" in told.contents.value
        with pytest.raises(JsonRpcException, match="is not open"):
            await client.text_document_hover_async(lsp.HoverParams(editor.document("run.xs"), lsp.Position(0, 0)))
        await _names(editor, document)
        await _layout(editor, document)


async def _names(editor: Editor, document: lsp.TextDocumentIdentifier) -> None:
    client = editor.client
    place = {"text_document": document, "position": lsp.Position(6, 21)}
    (declared,) = await client.text_document_definition_async(lsp.DefinitionParams(**place))
    assert (declared.uri, declared.range.start) == (document.uri, lsp.Position(2, 8))
    every = lsp.ReferenceParams(lsp.ReferenceContext(True), **place)
    assert len(await client.text_document_references_async(every)) == 3
    assert len(await client.text_document_document_highlight_async(lsp.DocumentHighlightParams(**place))) == 2
    prepared = await client.text_document_prepare_rename_async(lsp.PrepareRenameParams(**place))
    assert prepared.placeholder == "n"
    renamed = await client.text_document_rename_async(lsp.RenameParams(**place, new_name="number"))
    changes = {uri: len(edits) for uri, edits in renamed.changes.items()}
    assert changes == {document.uri: 2, editor.document("run.xs").uri: 1}
    with pytest.raises(JsonRpcException, match="is no name"):
        await client.text_document_rename_async(lsp.RenameParams(**place, new_name="n m"))


async def _layout(editor: Editor, document: lsp.TextDocumentIdentifier) -> None:
    client = editor.client
    outline = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document))
    assert [(each.name, each.detail) for each in outline] == [("f", "function")]
    asked = lsp.DocumentFormattingParams(document, lsp.FormattingOptions(2, True))
    editor.type("function/f.xs", GOOD.replace("  response", "response"))
    (edit,) = await client.text_document_formatting_async(asked)
    editor.type("function/f.xs", edit.new_text)
    assert await client.text_document_formatting_async(asked) is None
    run = editor.open("run.xs")
    (lens,) = await client.text_document_code_lens_async(lsp.CodeLensParams(run))
    assert (lens.command.title, lens.command.command) == ("Run", "xsrun.run")
    assert lens.command.arguments == ({"arguments": ["execute", os.path.realpath(editor.folder), "--job=J"]},)


def test_files_that_others_write_count(folder):
    asyncio.run(_others(folder))


async def _others(folder: Path) -> None:
    async with Editor(folder) as editor:
        editor.open("run.xs")
        assert await editor.codes("run.xs") == []
        (folder / "function" / "f.xs").write_text(BAD, encoding="utf-8")
        changed = lsp.FileEvent(editor.document("function/f.xs").uri, lsp.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([changed]))
        assert await editor.codes("function/f.xs") == ["unknown-type"]
        editor.client.text_document_did_close(lsp.DidCloseTextDocumentParams(editor.document("run.xs")))
        assert await editor.codes("function/f.xs") == []


def test_characters_are_counted_as_agreed(folder):
    asyncio.run(_counted(folder))


async def _counted(folder: Path) -> None:
    name = "function/f.xs"
    (folder / name).write_text(GOOD.replace("$input.n|add:1", '"🙂" ~ $input.n|ad:1'), encoding="utf-8")
    async with Editor(folder, "utf-8") as editor:
        assert editor.answered.capabilities.position_encoding == "utf-8"
        editor.open(name)
        assert [each.range.start for each in await editor.said(name)] == [lsp.Position(6, 32)]


def test_without_its_extra_it_says_what_to_install():
    code = "import sys; sys.modules['pygls'] = None; from xsrun.cli.start import main; sys.exit(main(['lsp']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=WAIT)
    assert done.returncode == 2
    assert "error[missing-extra]" in done.stderr
    assert "pip install 'xsrun[lsp]'" in done.stderr


def test_it_ends_when_the_editor_is_gone():
    done = subprocess.run([sys.executable, "-m", "xsrun", "lsp"], input=b"", capture_output=True, timeout=WAIT)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"Traceback" not in done.stderr


def message(**content):
    written = json.dumps({"jsonrpc": "2.0", **content}).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(written), written)


def test_it_ends_well_when_the_editor_says_so_and_logs_no_refusal():
    unopened = {"textDocument": {"uri": "file:///nowhere.xs"}, "position": {"line": 0, "character": 0}}
    spoken = b"".join(
        (
            message(id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}}),
            message(method="initialized", params={}),
            message(id=2, method="textDocument/hover", params=unopened),
            message(id=3, method="shutdown"),
            message(method="exit"),
        )
    )
    done = subprocess.run([sys.executable, "-m", "xsrun", "lsp"], input=spoken, capture_output=True, timeout=WAIT)
    assert b"file:///nowhere.xs is not open" in done.stdout
    assert (done.returncode, done.stderr) == (0, b"")


def test_messages_that_make_no_sense_are_answered_in_a_line_and_a_giant_ends_it():
    bodies = (b"{nonsense", b"\xff\xfe\xfd", b"[" * 100_000, b"[1]", b"5")
    spoken = b"".join(
        (
            *(b"Content-Length: %d\r\n\r\n%b" % (len(each), each) for each in bodies),
            message(id=7, method="textDocument/hover", params=[1]),
            message(id=8, method=[]),
            message(method="textDocument/didOpen", params={}),
            b"Content-Length: many\r\n\r\n",
            message(id=9, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}}),
            b"Content-Length: 9" + b"9" * 5_000 + b"\r\n\r\n",
        )
    )
    done = subprocess.run([sys.executable, "-m", "xsrun", "lsp"], input=spoken, capture_output=True, timeout=WAIT)
    answers = [json.loads(each.partition(b"\r\n\r\n")[2]) for each in done.stdout.split(b"Content-Length: ")[1:]]
    told = [(each["id"], each["error"]["code"] if "error" in each else None) for each in answers]
    nameless = [(None, code) for code in (-32700, -32700, -32700, -32600, -32600)]
    assert told == [*nameless, (7, -32602), (8, -32600), (9, None)]
    *lines, last = done.stderr.decode().splitlines()
    assert [each for each in lines if not each.startswith("a message of the editor makes no sense: ")] == []
    assert (done.returncode, last) == (2, "error[usage]: a message announces more than 64,000,000 bytes")
