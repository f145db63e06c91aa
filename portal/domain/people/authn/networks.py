"""A visitor's networks, and their keyed digests, so that counters store no address in clear."""

import ipaddress
from functools import lru_cache

from portal.domain.foundation.vault import Vault


@lru_cache(maxsize=4_096)
def networks_of(address: str) -> tuple[str, str]:
    """Return an address's near (IPv4, IPv6 /64) and wide network (/24, /48)."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        ip = ipaddress.ip_address("0.0.0.0")  # noqa: S104  (a name for "unknown", nothing listens here)
    near, wide = (32, 24) if ip.version == 4 else (64, 48)
    return (
        str(ipaddress.ip_network((ip, near), strict=False)),
        str(ipaddress.ip_network((ip, wide), strict=False)),
    )


def network_keys(vault: Vault, address: str) -> tuple[str, str]:
    """Return keyed digests of an address's near and wide network."""
    near, wide = networks_of(address)
    return vault.blind("network", near).hex(), vault.blind("network", wide).hex()
