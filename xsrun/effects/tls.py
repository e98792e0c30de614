"""From the TLS options of a request to the context that makes its connections."""

from __future__ import annotations

import os
import ssl
import tempfile

from xsrun.effects.ports import Tls
from xsrun.effects.slim import httpx


def context(options: Tls) -> ssl.SSLContext:
    """The context of a client with these options.

    The trust store is that of ``SSL_CERT_FILE`` or ``SSL_CERT_DIR`` when set, else the bundled one. The host name
    is looked at only together with the chain: an unverified certificate proves no name.
    Raises ValueError when a certificate or key cannot be used.
    """
    if bool(options.certificate) != bool(options.private_key):
        raise ValueError("a client certificate and its private key must be given together")
    try:
        made = _trusting(options)
        if options.certificate:
            _identify(made, options)
    except OSError as unusable:
        raise ValueError(unusable.strerror or str(unusable)) from None
    return made


def _trusting(options: Tls) -> ssl.SSLContext:
    if not options.verify_peer:
        return httpx.create_ssl_context(verify=False)
    if options.ca_certificate:
        # Bundles carry comments in any language between the certificates; the loader wants ASCII.
        bundle = _pem(options.ca_certificate).encode("ascii", "replace").decode()
        made = ssl.create_default_context(cadata=bundle)
    else:
        made = httpx.create_ssl_context()
    made.check_hostname = options.verify_host
    return made


def _identify(made: ssl.SSLContext, options: Tls) -> None:
    """Load the client certificate. OpenSSL reads it from files only, so it lies in a private one for that moment."""
    handle, path = tempfile.mkstemp(prefix="xsrun-", suffix=".pem")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{_pem(options.certificate)}\n{_pem(options.private_key)}\n")
        # Without a text here OpenSSL would ask for the pass phrase on the terminal.
        made.load_cert_chain(path, password=options.private_key_pass or options.certificate_pass)
    finally:
        os.unlink(path)


def _pem(text: str) -> str:
    """A PEM text whose line ends were written as backslash and n, as environment files do."""
    return text.replace("\\r", "").replace("\\n", "\n")
