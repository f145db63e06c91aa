"""Whether an IP address lies in a network of a list."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

KEPT = 4_096
"""Addresses that a process remembers, for every request asks several times about the same few."""


def inside(address: str, networks: Sequence[str]) -> bool:
    """Tell whether an address lies in one of the networks; what is no address lies in none."""
    return any(_is_inside(address, network) for network in networks)


@lru_cache(maxsize=KEPT)
def _is_inside(address: str, network: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return ip in _network(network)


@lru_cache(maxsize=256)
def _network(written: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(written, strict=False)
