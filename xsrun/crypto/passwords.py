"""How passwords are stored and verified: salted scrypt, as one text that tells its kind by its prefix."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

# The cost is part of the prefix and never read from a stored hash: whoever can write one could
# otherwise choose how much memory a login takes.
COST: Final = 2**14
BLOCK_SIZE: Final = 8
PREFIX: Final = "$scrypt$ln=14,r=8,p=1$"
SALT_SIZE: Final = 16


def hash_password(clear: str, salt: bytes) -> str:
    """The text to store for a clear password; ``salt`` is ``SALT_SIZE`` fresh random bytes."""
    return f"{PREFIX}{base64.b64encode(salt).decode()}${base64.b64encode(_derive(clear, salt)).decode()}"


def is_hash(stored: str) -> bool:
    """Whether a text is a password hash of ours, so that it is not hashed again."""
    return stored.startswith(PREFIX) and stored.count("$") == PREFIX.count("$") + 1


def verify(clear: str, stored: str) -> bool:
    """Whether the clear password belongs to a stored hash; false for a text that is no hash of ours."""
    if not is_hash(stored):
        return False
    salt_text, digest_text = stored.removeprefix(PREFIX).split("$")
    try:
        salt, digest = base64.b64decode(salt_text, validate=True), base64.b64decode(digest_text, validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(_derive(clear, salt), digest)


def _derive(clear: str, salt: bytes) -> bytes:
    secret = clear.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=COST, r=BLOCK_SIZE, p=1, maxmem=64 * 1024 * 1024, dklen=32)
