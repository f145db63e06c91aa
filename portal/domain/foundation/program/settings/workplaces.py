"""Registered sites of the call center: where agents sign in from; the reserve site (BCP)."""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import _s

ID = re.compile(r"[a-z][a-z0-9_-]{0,29}")
WIDEST = {4: 16, 6: 32}
"""Shorter prefixes hold whole providers, not a workplace."""


class WorkplaceKind(StrEnum):
    """When people may work at a site: always, or while a supervisor has switched it on."""

    MAIN = "main"
    BCP = "bcp"


@dataclass(frozen=True, slots=True)
class Workplace:
    """A registered site."""

    id: str
    name: str
    kind: WorkplaceKind
    networks: tuple[str, ...]

    @property
    def is_main(self) -> bool:
        """Whether people always may work there; else it is a reserve site."""
        return self.kind is WorkplaceKind.MAIN

    def holds(self, address: str) -> bool:
        """Return whether an IP address is in one of the site's networks."""
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in _network(network) for network in self.networks)


@lru_cache(maxsize=256)
def _network(network: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(network)


def workplaces_at(workplaces: Sequence[Workplace], address: str) -> tuple[Workplace, ...]:
    """Return the sites in whose networks an address is, main ones first."""
    found = (workplace for workplace in workplaces if workplace.holds(address))
    return tuple(sorted(found, key=lambda workplace: not workplace.is_main))


def read_workplaces(root: Section) -> tuple[Workplace, ...]:
    """Read ``[[sites]]``; faults are recorded in the section's problems."""
    found: list[Workplace] = []
    for table in root.tables("sites"):
        name = table.text("id")
        if name and not ID.fullmatch(name):
            table.problem("id", _s("英小文字で始まる、30字までの英小文字と数字で書いてください。"))
        if any(other.id == name for other in found):
            table.problem("id", _s("「%(name)s」は、もう使われています。") % {"name": name})
        title, kind = table.text("name"), table.member("kind", WorkplaceKind)
        found.append(Workplace(name, title, kind, tuple(_read_networks(table))))
    return tuple(found)


def _read_networks(table: Section) -> Iterator[str]:
    words = table.words("networks")
    if not words and table.has("networks"):
        table.problem("networks", _s("職場のネットワークを、1つは書いてください。"))
    for word in words:
        try:
            yield str(ipaddress.ip_network(word.strip()))
        except ValueError:
            table.problem(
                "networks",
                _s(
                    "「%(value)s」は使えません。203.0.113.0/24 のような、"
                    "ネットワークの形で書いてください。"
                )
                % {"value": word},
            )
