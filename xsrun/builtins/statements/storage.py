"""Statements that make, store, read and delete files."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from xsrun.builtins.registry import Group, Int, Static, Text, Value
from xsrun.builtins.statements.api import sent
from xsrun.diagnostics import Fault
from xsrun.effects.ports import DEFAULT_TLS, Response, Tls, TransportFailure, World
from xsrun.exchange import request as outgoing
from xsrun.hints import Any, Final
from xsrun.resources import content, names
from xsrun.resources.file import FileResource, bytes_of, no_file, of_bytes, text_or_bytes

storage = Group("storage")

ACCESS: Final = ("public", "private")
KINDS: Final = ("image", "video", "audio")
TOKEN: Final = 12
"""Hexadecimal digits of the folder that each stored file gets."""
READ_TIMEOUT: Final = 60.0
_A_FILE: Final = 'storage.create_file_resource { filename = "a.txt" filedata = "hello" } as $f\n'
_A_GIF: Final = 'var $gif { value = "474946383961020003000000003b"|hex2bin }\n'
_STORED: Final = (
    f'{_A_FILE}storage.create_attachment {{\n  value = $f\n  access = "private"\n  filename = "a.txt"\n}} as $s\n'
)
_UNSERVED: Final = "`access` is only noted: nothing serves the files"


@storage.statement(
    'storage.create_file_resource {\n  filename = "report.csv"\n  filedata = "a,b"\n} as $f\n'
    'var $r { value = $f } -> {"path":"tmp/report.csv","name":"report.csv","size":3,"mime":"text/csv"}',
    'storage.create_file_resource { filename = "a.json" filedata = {a: 1} } as $f'
    " -> !Text filter requires an integer, float, string or boolean value.",
    instead={"name": "filename", "data": "filedata", "content": "filedata", "value": "filedata"},
)
def create_file_resource(*, filename: Text, filedata: Value) -> FileResource:
    """Make a file of a text, of bytes or of another file, as an input of type `file` gives one.

    It is not stored: `storage.create_attachment` does that. Turn an object into text with `json_encode` first.
    """
    return of_bytes(names.safe_name(filename), bytes_of(filedata))


@storage.statement(
    _A_FILE + 'storage.create_attachment {\n  value = $f\n  access = "private"\n  filename = "a.txt"\n} as $s\n'
    'var $r { value = $s|unset:"path" } -> {"access":"private","name":"a.txt","type":"txt","size":5,'
    '"mime":"text/plain","meta":{"validated":false}}',
    "storage.create_attachment { value = null } as $s -> !Missing param: path",
    parity=f"{_UNSERVED}; the `type` of what is no image, video or audio is the ending of its name",
)
def create_attachment(world: World, *, value: Value, access: Static = "public", filename: Text = "") -> dict[str, Any]:
    """Store a file of any type, and give back what a column of type `attachment` holds.

    That is ``{access, path, name, type, size, mime, meta}``. The file lies in ``.xsrun/files`` of the project, under
    its ``path``; ``access`` is only noted.
    """
    return _stored(world, value, access, filename, "")


@storage.statement(
    _A_GIF + 'storage.create_file_resource { filename = "a.gif" filedata = $gif } as $f\n'
    'storage.create_image {\n  value = $f\n  access = "public"\n  filename = "a.gif"\n} as $s\n'
    'var $r { value = $s|unset:"path" } -> {"access":"public","name":"a.gif","type":"image","size":14,'
    '"mime":"image/gif","meta":{"validated":false,"width":2,"height":3}}',
    _A_FILE + "storage.create_image { value = $f } as $s -> !Invalid file extension.",
    parity=_UNSERVED,
)
def create_image(world: World, *, value: Value, access: Static = "public", filename: Text = "") -> dict[str, Any]:
    """Store a PNG, JPEG, GIF or WEBP image, told by its content, and give back what a column of type `image` holds."""
    return _stored(world, value, access, filename, "image")


@storage.statement(
    'storage.create_file_resource { filename = "a.mp3" filedata = "ID3" } as $f\n'
    'storage.create_audio { value = $f } as $s\nvar $r { value = $s.mime } -> "audio/mpeg"',
    _A_FILE + "storage.create_audio { value = $f } as $s -> !Invalid file extension.",
    parity=_UNSERVED,
)
def create_audio(world: World, *, value: Value, access: Static = "public", filename: Text = "") -> dict[str, Any]:
    """Store a sound, told by its content, and give back what a column of type `audio` holds."""
    return _stored(world, value, access, filename, "audio")


@storage.statement(
    'storage.create_file_resource { filename = "a.flv" filedata = ("464c5601"|hex2bin) } as $f\n'
    'storage.create_video { value = $f } as $s\nvar $r { value = $s.type } -> "video"',
    _A_FILE + "storage.create_video { value = $f } as $s -> !Invalid file extension.",
    parity=_UNSERVED,
)
def create_video(world: World, *, value: Value, access: Static = "public", filename: Text = "") -> dict[str, Any]:
    """Store a video, told by its content, and give back what a column of type `video` holds."""
    return _stored(world, value, access, filename, "video")


def _stored(world: World, value: Any, access: str, filename: str, demanded: str) -> dict[str, Any]:
    """Store a file, which must be of the demanded kind if there is one."""
    file = file_of(world, value)
    if access not in ACCESS:
        raise Fault("bad-argument", f"Unknown access: {access}", help='write access = "public" or access = "private"')
    head = file.head()
    kind = content.recognised(head).partition("/")[0]
    if demanded and kind != demanded:
        raise Fault(
            "wrong-type",
            "Invalid file extension.",
            help=f"this is {file.mime}; storage.create_attachment takes any file",
        )
    name = names.safe_name(filename or file.name)
    path = f"/vault/{world.random.uuid().replace('-', '')[:TOKEN]}/{name}"
    size = world.files.write(path, file.chunks())
    measured = content.dimensions(head)
    return {
        "access": access,
        "path": path,
        "name": name,
        "type": kind if kind in KINDS else name.rpartition(".")[2].lower() if "." in name else "file",
        "size": size,
        "mime": file.mime,
        "meta": {"validated": False, **({"width": measured[0], "height": measured[1]} if measured else {})},
    }


def file_of(world: World, value: Any, param: str = "path") -> FileResource:
    """The file that a value is, or the stored one whose metadata it is. Raises Fault when it is none."""
    if isinstance(value, FileResource):
        return value
    path = value.get("path") if isinstance(value, dict) else None
    if not isinstance(path, str) or not path:
        raise no_file(param)
    return _in_store(world, path)


def _in_store(world: World, path: str) -> FileResource:
    return FileResource(names.parts(path)[-1], lambda: world.files.open(path), world.files.size(path))


# ---------------------------------------------------------------- reading


@storage.statement(
    _A_FILE + "storage.read_file_resource { value = $f } as $r"
    ' -> {"name":"a.txt","size":5,"mime":"text/plain","data":"hello"}',
    _STORED + 'storage.read_file_resource { value = $s } as $c\nvar $r { value = $c.data } -> "hello"',
    'storage.read_file_resource { value = "https://x.test/a.csv" } as $c\nvar $r { value = $c.name } -> "a.csv"',
    'storage.read_file_resource { value = {path: "/vault/0/a.txt"} } as $c -> !File not found: /vault/0/a.txt',
    "storage.read_file_resource { value = 5 } as $c -> !Missing param: path",
    instead={"file": "value", "url": "value", "pathname": "value"},
)
def read_file_resource(world: World, *, value: Value) -> dict[str, Any]:
    """Read a file, the stored file that metadata describe, or what a URL gives.

    The value is ``{name, size, mime, data}``; ``data`` is text, or bytes where the content is no UTF-8.
    """
    file = _from_url(world, value) if isinstance(value, str) and "://" in value else file_of(world, value)
    data = file.read()
    return {"name": file.name, "size": len(data), "mime": file.mime, "data": text_or_bytes(data)}


def _from_url(world: World, url: str) -> FileResource:
    path = world.files.behind(url, world.clock.now() // 1000)
    if path is not None:
        return _in_store(world, path)
    answer = fetched(world, outgoing.call(url, "GET", None, None), READ_TIMEOUT)
    mime = answer.header("content-type").partition(";")[0].strip()
    return of_bytes(names.safe_name(unquote(urlsplit(url).path)), answer.body, mime)


def fetched(
    world: World, asked: outgoing.Call, timeout: float, follow: bool = True, tls: Tls = DEFAULT_TLS
) -> Response:
    """The answer to a request whose content is wanted. Raises Fault when there is none, or no success."""
    try:
        answer = sent(world, asked, timeout, follow, tls)
    except TransportFailure as failure:
        raise Fault("file-error", f"Unable to read {asked.url}: {failure.message}", help="check the URL") from None
    if not 200 <= answer.status < 300:
        raise Fault("file-error", f"Unable to read {asked.url}: status {answer.status}", help="check the URL")
    return answer


# ---------------------------------------------------------------- changing


@storage.statement(
    'storage.append_file { pathname = "a.txt" data = "x" }\nstorage.delete_file { pathname = "a.txt" }\n'
    'storage.read_file_resource { value = {path: "a.txt"} } as $c -> !File not found: a.txt',
    'storage.delete_file { pathname = "/vault/0/a.txt" } -> !File not found: /vault/0/a.txt',
    "storage.delete_file { pathname = \"../a.txt\" } -> !Invalid path '../a.txt': `.` and `..` are no folders here.",
    instead={"path": "pathname", "value": "pathname"},
)
def delete_file(world: World, *, pathname: Text) -> None:
    """Delete a stored file by its `path`; an error when there is none."""
    world.files.delete(pathname)


@storage.statement(
    'storage.append_file { pathname = "log/a.txt" data = "one " }\n'
    'storage.append_file { pathname = "log/a.txt" data = "two" }\n'
    'storage.read_file_resource { value = {path: "log/a.txt"} } as $c\nvar $r { value = $c.data } -> "one two"',
    instead={"path": "pathname", "value": "data", "content": "data"},
)
def append_file(world: World, *, pathname: Text, data: Value) -> None:
    """Add a text, bytes or a file to the end of a stored file, which is made when it is not there."""
    world.files.append(pathname, bytes_of(data))


# ---------------------------------------------------------------- addresses


@storage.statement(
    _STORED + "storage.sign_private_url {\n  pathname = $s.path\n  ttl = 60\n} as $u\n"
    'storage.read_file_resource { value = $u } as $c\nvar $r { value = $c.data } -> "hello"',
    _STORED + "storage.sign_private_url { pathname = $s.path ttl = -1 } as $u\n"
    "storage.read_file_resource { value = $u } as $c -> !The address of the file has expired.",
    instead={"path": "pathname", "value": "pathname", "expires": "ttl"},
    parity="without an S3 store a file: URL on this machine, whose signature and expiry only xsrun checks",
)
def sign_private_url(world: World, *, pathname: Text, ttl: Int = 30) -> str:
    """Make a URL for a stored file that expires after ``ttl`` seconds.

    It leads into the project's folder, and can be opened anywhere where ``FILES_URL`` names an S3 store.
    """
    return world.files.address(pathname, world.clock.now() // 1000 + ttl)
