"""Whether a host name means this machine: only there may anything travel unencrypted."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Tell whether a host name means this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
