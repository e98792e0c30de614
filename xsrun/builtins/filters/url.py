"""Filters that take addresses apart, change their arguments, and encode text for them."""

from __future__ import annotations

from urllib.parse import quote, quote_plus, unquote_to_bytes

from xsrun import values
from xsrun.builtins.registry import Binary, Bool, Group, Text, Value
from xsrun.hints import Any, Final
from xsrun.late import re

url = Group("url")

# ---------------------------------------------------------------- encode


@url.filter('"a b&c"|url_encode -> "a+b%26c"', '"é~"|url_encode -> "%C3%A9%7E"', 'null|url_encode -> ""')
def url_encode(subject: Binary) -> Text:
    """Encode text as forms do: spaces become +, other special characters %XX."""
    return quote_plus(subject).replace("/", "%2F").replace("~", "%7E")


@url.filter(
    '"a b/~"|url_encode_rfc3986 -> "a%20b%2F~"', 'null|url_encode_rfc3986 -> ""', misnomers=("encode_uri_component",)
)
def url_encode_rfc3986(subject: Binary) -> Text:
    """Encode text for any part of an address: all but letters, digits and - _ . ~ become %XX."""
    return quote(subject, safe="")


@url.filter('"a%20b+c"|url_decode -> "a b c"', '"100%"|url_decode -> "100%"', 'null|url_decode -> ""')
def url_decode(subject: Text) -> Text:
    """Decode %XX, and + as a space."""
    return url_decode_rfc3986(subject.replace("+", " "))


@url.filter('"a%20b+c"|url_decode_rfc3986 -> "a b+c"', '"%C3%A9"|url_decode_rfc3986 -> "é"')
def url_decode_rfc3986(subject: Text) -> Text:
    """Decode %XX; a + stays."""
    return values.bytes_text(unquote_to_bytes(values.to_bytes(subject))) if "%" in subject else subject


# ---------------------------------------------------------------- arguments


def _cut(address: str) -> tuple[str, list[str], str]:
    """An address as what stands before its query, the arguments as written, and the fragment with its ``#``."""
    front, mark, fragment = address.partition("#")
    path, _, query = front.partition("?")
    return path, query.split("&") if query else [], mark + fragment


def _joined(path: str, arguments: list[str], fragment: str) -> str:
    return f"{path}?{'&'.join(arguments)}{fragment}" if arguments else path + fragment


def _key(argument: str) -> str:
    return url_decode(argument.partition("=")[0])


def _has_key(argument: str, key: str) -> bool:
    return _key(argument) == key


@url.filter(
    '"https://e.com?foo=bar"|url_addarg:"fiz":"b z" -> "https://e.com?foo=bar&fiz=b%20z"',
    '"https://e.com/?a=1&b=2#x"|url_addarg:"a":3 -> "https://e.com/?a=3&b=2#x"',
    '"https://e.com"|url_addarg:"q":"b z":false -> "https://e.com?q=b+z"',
)
def url_addarg(subject: Text, key: Text, value: Binary, rfc3986: Bool = True) -> Text:
    """Give the address a query argument, in place of one of the same name.

    The value is encoded, a space as %20, or as + when ``rfc3986`` is false.
    """
    encoded = url_encode_rfc3986 if rfc3986 else url_encode
    written = f"{encoded(values.to_bytes(key))}={encoded(value)}"
    path, arguments, fragment = _cut(subject)
    places = [place for place, argument in enumerate(arguments) if _has_key(argument, key)]
    if not places:
        return _joined(path, [*arguments, written], fragment)
    arguments[places[0]] = written
    surplus = set(places[1:])
    return _joined(path, [each for place, each in enumerate(arguments) if place not in surplus], fragment)


@url.filter(
    '"https://e.com?foo=bar&fiz=buz"|url_delarg:"fiz" -> "https://e.com?foo=bar"',
    '"https://e.com?a=1#x"|url_delarg:"a" -> "https://e.com#x"',
)
def url_delarg(subject: Text, key: Text) -> Text:
    """Remove a query argument from the address."""
    path, arguments, fragment = _cut(subject)
    return _joined(path, [argument for argument in arguments if not _has_key(argument, key)], fragment)


@url.filter('"https://e.com?foo=bar"|url_hasarg:"foo" -> true', '"https://e.com"|url_hasarg:"foo" -> false')
def url_hasarg(subject: Text, key: Text) -> Bool:
    """Tell whether the address has a query argument."""
    return any(_has_key(argument, key) for argument in _cut(subject)[1])


@url.filter(
    '"https://e.com?foo=b%20r"|url_getarg:"foo" -> "b r"',
    '"https://e.com"|url_getarg:"foo":"none" -> "none"',
    '"https://e.com"|url_getarg:"foo" -> null',
)
def url_getarg(subject: Text, key: Text, default: Value = None) -> Value:
    """Give the decoded value of a query argument, the last one of that name, or a default."""
    for argument in reversed(_cut(subject)[1]):
        if _has_key(argument, key):
            return url_decode(argument.partition("=")[2])
    return default


# ---------------------------------------------------------------- take apart

_ADDRESS: Final = re.compile(
    r"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*):(?!\d{1,5}(?:/|\Z)))?(?://(?P<authority>[^/?#]*))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:\#(?P<fragment>.*))?",
    re.DOTALL | re.ASCII,
)
_HOST_AND_PORT: Final = re.compile(r"(?P<host>\[[^\]]*\]|[^:]+)(?::(?P<port>\d{0,5}))?", re.ASCII)
_BARE_HOST: Final = re.compile(r"[^:/?#]+:\d{1,5}(?:/|\Z)", re.ASCII)


@url.filter(
    '"https://u:p@e.com:80/p?x=1#f"|url_parse -> '
    '{"scheme":"https","host":"e.com","port":80,"user":"u","pass":"p","path":"/p","query":"x=1","fragment":"f"}',
    '"/p?x"|url_parse -> {"path":"/p","query":"x"}',
    '"http:///x"|url_parse -> null',
)
def url_parse(subject: Text) -> Value:
    """Take an address apart: those of scheme, host, port, user, pass, path, query and fragment that it has.

    What cannot be an address, such as one with a port above 65535, gives null.
    """
    found = _ADDRESS.fullmatch(f"//{subject}" if _BARE_HOST.match(subject) else subject)
    if found is None:
        return None
    place = _authority(found["authority"], found["scheme"])
    if place is None:
        return None
    parts = {"scheme": found["scheme"], **place, "path": found["path"] or None}
    parts |= {"query": found["query"], "fragment": found["fragment"]}
    return {name: part for name, part in parts.items() if part is not None}


def _authority(authority: str | None, scheme: str | None) -> dict[str, Any] | None:
    """Host, port, user and password, None where absent; None as a whole when there cannot be such a place."""
    if authority is None or (authority == "" and scheme == "file"):
        return {}
    login, at, address = authority.rpartition("@")
    user, colon, password = login.partition(":")
    found = _HOST_AND_PORT.fullmatch(address)
    if found is None or int(found["port"] or 0) > 65535:
        return None
    return {
        "host": found["host"],
        "port": int(found["port"]) if found["port"] else None,
        "user": user if at else None,
        "pass": password if colon else None,
    }


_NAME_AND_KEYS: Final = re.compile(r"([^\[]+)((?:\[[^\]]*\])*)")
_KEY: Final = re.compile(r"\[([^\]]*)\]")
_POSITION: Final = re.compile(r"0|[1-9][0-9]{0,17}")
MAX_NESTING: Final = 64


class _Branch(dict[str, Any]):
    """An object or list in the making: ``[]`` takes the next free position."""

    free = 0

    def place(self, key: str) -> str:
        """The key as it is stored."""
        key = key or str(self.free)
        if _POSITION.fullmatch(key):
            self.free = max(self.free, int(key) + 1)
        return key

    def finished(self) -> Any:
        """As a list when the keys are its positions in order, else as an object."""
        items = {key: item.finished() if isinstance(item, _Branch) else item for key, item in self.items()}
        positions = self.free == len(items) and all(key == str(place) for place, key in enumerate(items))
        return list(items.values()) if positions else items


@url.filter(
    '"a=1&b=x+y"|querystring_parse -> {"a":"1","b":"x y"}',
    '"a[]=1&a[]=2&o[k]=v"|querystring_parse -> {"a":["1","2"],"o":{"k":"v"}}',
    '""|querystring_parse -> {}',
    misnomers=("parse_str", "parse_query"),
)
def querystring_parse(subject: Text) -> dict[Text, Value]:
    """Read a query string as an object of texts; ``a[]=`` makes a list, ``a[k]=`` an object, the last of two wins."""
    root = _Branch()
    for argument in subject.removeprefix("?").split("&"):
        name, _, written = argument.partition("=")
        if name:
            _plant(root, url_decode(name), url_decode(written))
    return {key: item.finished() if isinstance(item, _Branch) else item for key, item in root.items()}


def _plant(root: _Branch, name: str, value: str) -> None:
    found = _NAME_AND_KEYS.fullmatch(name)
    keys = [found[1], *_KEY.findall(found[2])] if found else [name]
    if len(keys) > MAX_NESTING:
        keys = [name]
    branch = root
    for key in keys[:-1]:
        spot = branch.place(key)
        below = branch.get(spot)
        if not isinstance(below, _Branch):
            below = branch[spot] = _Branch()
        branch = below
    branch[branch.place(keys[-1])] = value
