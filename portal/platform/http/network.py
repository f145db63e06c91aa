"""The visitor's network address, also behind a trusted proxy, and whether a list covers it."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from litestar.types import Scope

from portal.platform.http.incoming import WebRequest


def inside(address: str, networks: Sequence[str]) -> bool:
    """Tell whether an address lies in one of the networks."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(ip in _network(network) for network in networks)


@lru_cache(maxsize=256)
def _network(written: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(written, strict=False)


def peer_of(scope: Scope) -> str:
    """Return the address at the other end of the line; empty behind a socket that is a file."""
    client = scope.get("client")
    return client[0] if client is not None else ""


def client_address(request: WebRequest, trusted_proxies: Sequence[str]) -> str:
    """Return the address of the nearest party that is not one of our own proxies.

    A proxy may join its line to one that came, or add a line of its own: all lines count, the
    nearest party stands last.
    """
    peer = peer_of(request.scope)
    if not inside(peer, trusted_proxies):
        return peer
    lines = ",".join(request.headers.getall("x-forwarded-for", []))
    for hop in reversed(lines.split(",")):
        address = hop.strip()
        if address and not inside(address, trusted_proxies):
            return address
    return peer
