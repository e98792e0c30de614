"""Addresses that a run may connect to: where its input comes from outside, those of the public network alone."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final, NamedTuple

from xsrun.diagnostics import LimitFault
from xsrun.exchange.hosts import matches

TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""Addresses whose last four bytes are one of IPv4."""


class Reach(NamedTuple):
    """What a run may connect to."""

    public_only: bool = False
    """Whether private, loopback, link-local and other special addresses are refused."""
    excepted: tuple[str, ...] = ()
    """Hosts and patterns of hosts that may have any address."""

    def check(self, host: str, addresses: list[str]) -> None:
        """Raise BlockedAddress when one of the addresses of a host is refused."""
        if not self.public_only or matches(host.lower(), self.excepted):
            return
        for each in addresses:
            if not is_public(each):
                raise BlockedAddress(host, each)


ANYWHERE: Final = Reach()


class BlockedAddress(LimitFault):
    """A connection that is refused before it is made. Nothing was sent."""

    sent = False

    def __init__(self, host: str, address: str) -> None:
        named = f"`{host}`" if host == address else f"`{host}` has the address {address}, which"
        message = f"{named} is not of the public network; nothing was sent to it"
        super().__init__("blocked-address", message, help=f"--allow-host {host} lets it")


def is_public(address: str) -> bool:
    """Whether an address is of the public network, and of one host. That of IPv4 within one of IPv6 counts."""
    found = ip_address(address)
    inner = _inner(found) if isinstance(found, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that one of IPv6 leads to."""
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
