"""Keyed digests of a visitor's networks, so that counters store no address in clear."""

import ipaddress

from portal.domain.foundation.vault import Vault


def network_keys(vault: Vault, address: str) -> tuple[str, str]:
    """Return keyed digests of an address's near (IPv4, IPv6 /64) and wide network (/24, /48)."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        ip = ipaddress.ip_address("0.0.0.0")  # noqa: S104  (a name for "unknown", nothing listens here)
    near, wide = (32, 24) if ip.version == 4 else (64, 48)
    nets = (
        ipaddress.ip_network((ip, near), strict=False),
        ipaddress.ip_network((ip, wide), strict=False),
    )
    return vault.blind("network", str(nets[0])).hex(), vault.blind("network", str(nets[1])).hex()
