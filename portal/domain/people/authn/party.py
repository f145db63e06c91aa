"""The site as devices know it that make passkeys for it."""

import ipaddress
from urllib.parse import urlsplit

from msgspec import Struct

_USUAL_PORTS = {"https": 443, "http": 80}


class Party(Struct, frozen=True):
    """The site as devices know it.

    Attributes:
        host: The name that passkeys are made for.
        origin: The beginning of its addresses, as browsers write it.
    """

    host: str
    origin: str


def party_of(address: str) -> Party | None:
    """Return the site at an address; None where browsers make no passkeys.

    They need TLS and a name: only ``localhost`` may do without TLS, and no number is a name.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host == "localhost")
    if not is_safe or not host or _is_number(host):
        return None
    is_usual = parts.port in {None, _USUAL_PORTS[parts.scheme]}
    return Party(host, f"{parts.scheme}://{host}" + ("" if is_usual else f":{parts.port}"))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
