"""Statements of `security`: passwords, chance, ciphers, tokens and keys."""

from __future__ import annotations

import string

from xsrun import values
from xsrun.builtins.registry import Binary, Bool, Claims, Group, Int, Object, Text, Value
from xsrun.crypto import ciphers, keys, passwords, tokens
from xsrun.diagnostics import ERROR_KINDS, INPUT_ERROR, Fault
from xsrun.effects.ports import NO_DATABASE, Random, World
from xsrun.hints import Any, Final

security = Group("security")

AUTH_KEY: Final = "XSRUN_AUTH_KEY"
"""The environment variable with the secret that signs and verifies the tokens of users."""
AUTH_ALGORITHM: Final = "HS256"
LONG_AGO: Final = 10**10
"""Seconds; older than any token."""
SYMBOLS: Final = "!#$%&*+-./:;<=>?@^_~"
MAX_EXACT: Final = 2**53 - 1


# ---------------------------------------------------------------- passwords and users


@security.statement(
    'security.check_password { text_password = "secret" hash_password = null } as $r -> false',
    'security.check_password { text_password = "secret" hash_password = "secret" } as $r -> false',
    instead={"password": "text_password", "hash": "hash_password"},
    parity="only hashes made by this program are recognised: the platform's own format is private",
)
def check_password(*, text_password: Text, hash_password: Text) -> bool:
    """Tell whether a clear password belongs to a stored password hash."""
    return passwords.verify(text_password, hash_password)


@security.statement(
    "security.create_password { character_count = 16 } as $p\nvar $r { value = $p|strlen } -> 16",
    'security.create_password { character_count = 3 require_symbol = true symbol_whitelist = "!" } as $r'
    " -> !character_count must be at least 4.",
    parity="a class that is not required does not occur",
)
def create_password(
    world: World,
    *,
    character_count: Int = 12,
    require_lowercase: Bool = True,
    require_uppercase: Bool = True,
    require_digit: Bool = True,
    require_symbol: Bool = False,
    symbol_whitelist: Text = "",
) -> str:
    """Make a random password that holds at least one character of every required class.

    Without any required class it is made of letters and digits. Symbols are those of the whitelist.
    """
    wanted = (
        (require_lowercase, string.ascii_lowercase),
        (require_uppercase, string.ascii_uppercase),
        (require_digit, string.digits),
        (require_symbol, symbol_whitelist or SYMBOLS),
    )
    classes = [characters for required, characters in wanted if required]
    least = max(1, len(classes))
    if character_count < least:
        raise Fault("bad-argument", f"character_count must be at least {least}.", help="write `character_count = 12`")
    values.demand_items(character_count)
    alphabet = "".join(classes) or string.ascii_letters + string.digits
    chosen = [_pick(world.random, characters) for characters in classes]
    chosen += [_pick(world.random, alphabet) for _ in range(character_count - len(chosen))]
    _shuffle(world.random, chosen)
    return "".join(chosen)


def _pick(random: Random, characters: str) -> str:
    return characters[random.integer(0, len(characters) - 1)]


def _shuffle(random: Random, items: list[str]) -> None:
    for last in range(len(items) - 1, 0, -1):
        other = random.integer(0, last)
        items[last], items[other] = items[other], items[last]


@security.statement(
    'security.create_auth_token { table = "user" id = null } as $r -> !Missing param: id',
    'security.create_auth_token { table = "user" id = 7 expiration = -1 } as $r -> !expiration must not be negative.',
    parity="signed, not encrypted",
)
def create_auth_token(
    world: World, *, table: Text, id: Value, extras: Claims | None = None, expiration: Int = 86400
) -> str:
    """Make the token that a user's requests carry as Bearer.

    It is signed with the secret in the environment variable XSRUN_AUTH_KEY and good for `expiration`
    seconds, for ever when that is 0. Its claims are `table`, `id` and `extras`. The table is one with `auth = true`.
    """
    for name, value in (("table", table), ("id", id)):
        if value is None or value == "":
            raise Fault("missing-argument", f"Missing param: {name}", kind=INPUT_ERROR, payload={"param": name})
    if expiration < 0:
        raise Fault("bad-argument", "expiration must not be negative.", help="write `expiration = 86400`")
    key = _auth_key(world)
    _demand_users(world, table)
    claims = {"table": table, "id": id, "extras": extras or {}}
    return tokens.jws_encode(claims, {}, key, AUTH_ALGORITHM, expiration, world.clock)


def _demand_users(world: World, name: str) -> None:
    """Raise Fault for a table that does not hold those who may log in."""
    table = None if world.database is NO_DATABASE else world.database.catalog.tables.get(name)
    if table is None:
        help = "add table/….xs that declares it, with auth = true"
        raise Fault("database", f"Table does not exist: {name}", help=help)
    if not table.auth:
        raise Fault("bad-argument", f"The table {name} does not hold users.", help="write auth = true in it")


def logged_in(world: World, token: str, expired: bool = False, table: str = "") -> dict[str, Any]:
    """``$auth`` of the user that a token was made for, an ``expired`` one too where that is wanted.

    Raises the Fault ``unauthorized``, also for the user of another ``table`` where one is named.
    """
    drift = LONG_AGO if expired else 0
    try:
        claims = values.mapping(tokens.jws_decode(token, {}, _auth_key(world), AUTH_ALGORITHM, drift, world.clock))
    except Fault as fault:
        raise Fault("unauthorized", fault.message, kind=ERROR_KINDS["unauthorized"], help=fault.help) from None
    if table and claims.get("table") != table:
        raise Fault("unauthorized", f"The token is none of the table {table}.", kind=ERROR_KINDS["unauthorized"])
    extras = values.mapping(claims.get("extras") or {})
    return {**extras, "id": claims.get("id"), "extras": extras}


def _auth_key(world: World) -> str:
    key = world.env.get(AUTH_KEY, "")
    if not key:
        raise Fault("missing-env", f"{AUTH_KEY} is not set.", help=f"--env {AUTH_KEY}=… with a long random text")
    return key


# ---------------------------------------------------------------- chance


@security.statement("security.create_uuid as $u\nvar $r { value = $u|strlen } -> 36")
def create_uuid(world: World) -> str:
    """Make a random version 4 UUID in lower case."""
    return world.random.uuid()


@security.statement(
    "security.random_number { min = 6 max = 6 } as $r -> 6",
    "security.random_number { min = 2 max = 1 } as $r -> !min must not be greater than max.",
)
def random_number(world: World, *, min: Int = 0, max: Int = MAX_EXACT) -> int:
    """Draw a random integer between two bounds, both included."""
    if min > max:
        raise Fault("bad-argument", "min must not be greater than max.", help="swap the two bounds")
    return world.random.integer(min, max)


@security.statement(
    "security.random_bytes { length = 32 } as $b\nvar $r { value = $b|bin2hex|strlen } -> 64",
    "security.random_bytes { length = 0 } as $r -> !length must be at least 1.",
)
def random_bytes(world: World, *, length: Int = 1) -> bytes:
    """Draw random bytes; use `bin2hex` or `base64_encode` to make a text of them."""
    if length < 1:
        raise Fault("bad-argument", "length must be at least 1.", help="write `length = 32`")
    values.demand_characters(length)
    return world.random.bytes(length)


# ---------------------------------------------------------------- ciphers


@security.statement(
    'security.encrypt { data = "hello" key = "0123456789abcdef" iv = "fedcba9876543210" } as $c\n'
    'var $r { value = $c|base64_encode } -> "e+3OsGVfOJQQaXifNkYgkQ=="',
    parity="an empty key, and an empty iv in GCM, are faults; in GCM the tag stands at the end of the ciphertext",
)
def encrypt(*, data: Binary, algorithm: Text = "aes-128-cbc", key: Binary, iv: Binary) -> bytes:
    """Encrypt a text with AES and give raw bytes, as the filter `encrypt` does."""
    return ciphers.encrypt(data, algorithm, key, iv)


@security.statement(
    'security.encrypt { data = "x" algorithm = "aes-256-gcm" key = "k" iv = "i" } as $c\n'
    'security.decrypt { data = $c algorithm = "aes-256-gcm" key = "k" iv = "i" } as $r -> "x"',
    'security.decrypt { data = "x" key = "k" iv = "i" } as $r -> !Unable to decrypt.',
)
def decrypt(*, data: Binary, algorithm: Text = "aes-128-cbc", key: Binary, iv: Binary) -> str | bytes:
    """Decrypt what `security.encrypt` made with the same algorithm, key and iv."""
    return ciphers.decrypt(data, algorithm, key, iv)


# ---------------------------------------------------------------- tokens


@security.statement(
    'security.jws_encode { claims = {a: 1} key = "a secret text" } as $t\nvar $r { value = $t|split:"."|count } -> 3',
    'security.jws_encode { key = "k" signature_algorithm = "none" } as $r -> !Unknown algorithm: none',
    instead={"payload": "claims", "secret": "key", "algorithm": "signature_algorithm"},
)
def jws_encode(
    world: World,
    *,
    claims: Object | None = None,
    key: Value,
    headers: Object | None = None,
    signature_algorithm: Text = "HS256",
    ttl: Int = 0,
) -> str:
    """Make a signed token (JWT), as the filter `jws_encode` does."""
    return tokens.jws_encode(claims or {}, headers or {}, key, signature_algorithm, ttl, world.clock)


@security.statement(
    'security.jws_encode { claims = {a: 1} key = "a secret text" } as $t\n'
    'security.jws_decode { token = $t key = "a secret text" check_claims = {a: 1} } as $r -> {"a":1}',
    'security.jws_decode { token = "a.b.c" key = "a secret text" } as $r'
    " -> !Unable to accept the token: it is damaged, or was made with another key or algorithm.",
    instead={"secret": "key", "algorithm": "signature_algorithm", "time_drift": "timeDrift"},
)
def jws_decode(
    world: World,
    *,
    token: Text,
    key: Value,
    check_claims: Object | None = None,
    signature_algorithm: Text = "HS256",
    timeDrift: Int = 0,
) -> Any:
    """Verify a signed token and give its claims, as the filter `jws_decode` does."""
    return tokens.jws_decode(token, check_claims or {}, key, signature_algorithm, timeDrift, world.clock)


@security.statement(
    "security.create_secret_key { bits = 256 } as $k\n"
    "security.jwe_encode { claims = {a: 1} key = $k } as $t\n"
    'security.jwe_decode { token = $t key = $k } as $r -> {"a":1}',
    parity="content keys and vectors come from the operating system also when a seed is set",
)
def jwe_encode(
    world: World,
    *,
    claims: Object | None = None,
    key: Value,
    headers: Object | None = None,
    key_algorithm: Text = "A256KW",
    content_algorithm: Text = "A256CBC-HS512",
    ttl: Int = 0,
) -> str:
    """Make an encrypted token, as the filter `jwe_encode` does."""
    return tokens.jwe_encode(claims or {}, headers or {}, key, key_algorithm, content_algorithm, ttl, world.clock)


@security.statement(
    'security.jwe_decode { token = "" key = "0123456789abcdef0123456789abcdef" } as $r'
    " -> !Unable to accept the token: it is damaged, or was made with another key or algorithm."
)
def jwe_decode(
    world: World,
    *,
    token: Text,
    key: Value,
    check_claims: Object | None = None,
    key_algorithm: Text = "A256KW",
    content_algorithm: Text = "A256CBC-HS512",
    timeDrift: Int = 0,
) -> Any:
    """Decrypt an encrypted token and give its claims, as the filter `jwe_decode` does."""
    return tokens.jwe_decode(token, check_claims or {}, key, key_algorithm, content_algorithm, timeDrift, world.clock)


# ---------------------------------------------------------------- keys


@security.statement(
    'security.create_secret_key { bits = 256 format = "object" } as $k\nvar $r { value = $k.k|strlen } -> 43',
    "security.create_secret_key { bits = 7 } as $r -> !bits must be a multiple of 8 and at least 8.",
)
def create_secret_key(world: World, *, bits: Int = 1024, format: Text = "object") -> Any:
    """Make a random symmetric key, as a JWK object or as its JSON in base64."""
    return keys.in_format(keys.new_secret(world.random, bits), format)


@security.statement(
    'security.create_rsa_key { bits = 1024 } as $k\nvar $r { value = $k.kty } -> "RSA"',
    "security.create_rsa_key { bits = 512 } as $r -> !bits must be a multiple of 8 and at least 1024.",
    parity="from 1024 to 8192 bits; the key comes from the operating system also when a seed is set",
)
def create_rsa_key(*, bits: Int = 1024, format: Text = "object") -> Any:
    """Make a random RSA key pair, as a private JWK object or as its JSON in base64."""
    return keys.in_format(keys.new_rsa(bits), format)


@security.statement(
    'security.create_curve_key { curve = "P-256" } as $k\nvar $r { value = $k.crv } -> "P-256"',
    'security.create_curve_key { curve = "P-1" } as $r -> !Unknown curve: P-1',
)
def create_curve_key(world: World, *, curve: Text = "P-256", format: Text = "object") -> Any:
    """Make a random elliptic-curve key pair, as a private JWK object or as its JSON in base64.

    The curve is P-256, P-384 or P-521.
    """
    return keys.in_format(keys.new_curve(world.random, curve), format)
