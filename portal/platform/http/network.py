"""The visitor's network address, also behind a trusted proxy."""

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache

from litestar.types import Scope

from portal.domain.foundation.networks import KEPT, inside
from portal.platform.http.incoming import WebRequest

_AROUND = ' "'
_PORT = r"(?::\d{1,5})?"
_WRITTEN = re.compile(rf"\[([^\[\]]+)\]{_PORT}|([0-9.]+){_PORT}|([0-9A-Fa-f:.]+)")
"""``[2001:db8::1]:443``, ``192.0.2.1:443``, and either without brackets and port."""


@lru_cache(maxsize=KEPT)
def plain_address(written: str) -> str:
    """Return an address as gateways write it without port and brackets; empty if it is none.

    A socket for both families names an IPv4 address inside an IPv6 one; it is the former.
    """
    found = _WRITTEN.fullmatch(written.strip(_AROUND))
    try:
        ip = ipaddress.ip_address(next(filter(None, found.groups())) if found else "")
    except ValueError:
        return ""
    return str((ip.ipv4_mapped if ip.version == 6 else None) or ip)


def peer_of(scope: Scope) -> str:
    """Return the address at the other end of the line; empty behind a socket that is a file."""
    client = scope.get("client")
    return plain_address(client[0]) or client[0] if client is not None else ""


def client_address(request: WebRequest, trusted_proxies: Sequence[str]) -> str:
    """Return the address of the nearest party that is not one of our own proxies.

    A proxy may join its line to one that came, or add a line of its own: all lines count, the
    nearest party stands last. Where it is no address, the proxy that wrote it counts; in production
    such a request does not come in (``entrance``).
    """
    peer = peer_of(request.scope)
    if not inside(peer, trusted_proxies):
        return peer
    lines = request.headers.getall("x-forwarded-for", [])
    return plain_address(nearest_hop(lines, trusted_proxies)) or peer


def nearest_hop(lines: Sequence[str], trusted_proxies: Sequence[str]) -> str:
    """Return the last party of all lines that is none of our own proxies, as written.

    Empty if there is none.
    """
    hops = (hop.strip() for hop in reversed(",".join(lines).split(",")))
    foreign = (hop for hop in hops if hop and not inside(plain_address(hop), trusted_proxies))
    return next(foreign, "")
