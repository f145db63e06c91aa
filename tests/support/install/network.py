"""A network of hosts on this machine, as Docker makes one: named, bridged, and seen by nobody else.

All of it lies in network namespaces of our own: no address or port of the machine is used.
"""

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network
from types import TracebackType
from typing import Self


class Network:
    """The bridge in a namespace of its own, and one more namespace for each host.

    Attributes:
        outside: The namespace that stands for the machine on which Docker runs.
        gateway: Its address on the bridge: where connections through published ports come from.
        addresses: Each host's address by its name.
    """

    def __init__(self, name: str, subnet: str, hosts: Iterable[str] | Mapping[str, str]) -> None:
        self._name = name
        self._length = IPv4Network(subnet).prefixlen
        self.outside = f"{name}-out"
        self.gateway, *free = (str(address) for address in IPv4Network(subnet).hosts())
        if isinstance(hosts, Mapping):
            self.addresses = dict(hosts)
        else:
            self.addresses = dict(zip(hosts, free, strict=False))
        self._spaces: list[str] = []

    def __enter__(self) -> Self:
        self._space(self.outside)
        link = ["link", "add", "bridge0", "type", "bridge"]
        self._ip(self.outside, *link)
        self._address(self.outside, "bridge0", self.gateway)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for space in self._spaces:
            subprocess.run(["ip", "netns", "delete", space], check=False)

    def add(self, host: str) -> str:
        """Connect one of the hosts, if it is not yet, and return its namespace."""
        space = f"{self._name}-{host}"
        if space in self._spaces:
            return space
        self._space(space)
        port = f"port{len(self._spaces)}"
        peer = ["type", "veth", "peer", "name", "eth0", "netns", space]
        self._ip(self.outside, "link", "add", port, *peer)
        self._ip(self.outside, "link", "set", port, "master", "bridge0", "up")
        self._address(space, "eth0", self.addresses[host])
        self._ip(space, "route", "add", "default", "via", self.gateway)
        return space

    def roam(self, host: str, addresses: Iterable[str], *, seen_by: str) -> None:
        """Give a host addresses of other networks, to which one other host finds back."""
        home = self.addresses[host]
        for address in addresses:
            self._ip(self.add(host), "address", "add", f"{address}/32", "dev", "eth0")
            self._ip(self.add(seen_by), "route", "add", f"{address}/32", "via", home)

    def live_outside(self, addresses: Iterable[str]) -> None:
        """Give the machine itself further addresses, from which visitors on it may come."""
        for address in addresses:
            self._ip(self.outside, "address", "add", f"{address}/32", "dev", "lo")

    def hosts_file(self) -> str:
        """Return the names of all hosts, as ``/etc/hosts`` has them."""
        lines = [f"{address} {name}\n" for name, address in self.addresses.items()]
        return "127.0.0.1 localhost\n" + "".join(lines)

    def _space(self, space: str) -> None:
        subprocess.run(["ip", "netns", "add", space], check=True)
        self._spaces.append(space)
        self._ip(space, "link", "set", "lo", "up")

    def _address(self, space: str, link: str, address: str) -> None:
        self._ip(space, "address", "add", f"{address}/{self._length}", "dev", link)
        self._ip(space, "link", "set", link, "up")

    def _ip(self, space: str, *arguments: str) -> None:
        subprocess.run(["ip", "-netns", space, *arguments], check=True)


def inside(space: str, command: Sequence[str]) -> list[str]:
    """Return the command that runs another one in a namespace."""
    return ["ip", "netns", "exec", space, *command]
