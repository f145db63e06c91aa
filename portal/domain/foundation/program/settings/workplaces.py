"""Registered sites: where the people of contractor and ward work; the reserve site (BCP)."""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.domain.foundation.networks import inside
from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import Labeled, _s

ID = re.compile(r"[a-z][a-z0-9_-]{0,29}")
WIDEST = {4: 16, 6: 32}
"""Shorter prefixes hold whole providers, not a workplace."""


class WorkplaceKind(Labeled):
    """Who works at a site: the call center, the contractor's office, or the ward.

    A reserve site (``bcp``) takes the place of the first two while a supervisor has switched it on.
    """

    MAIN = "main", lambda: _s("コールセンター")
    OFFICE = "office", lambda: _s("事務局")
    BCP = "bcp", lambda: _s("予備の拠点")
    WARD = "ward", lambda: _s("区の職場")


@dataclass(frozen=True, slots=True)
class Workplace:
    """A registered site."""

    id: str
    name: str
    kind: WorkplaceKind
    networks: tuple[str, ...]

    @property
    def is_reserve(self) -> bool:
        """Whether people may work there only while it is switched on."""
        return self.kind is WorkplaceKind.BCP

    def holds(self, address: str) -> bool:
        """Return whether an IP address is in one of the site's networks."""
        return inside(address, self.networks)


def workplaces_at(workplaces: Sequence[Workplace], address: str) -> tuple[Workplace, ...]:
    """Return the sites in whose networks an address is, reserve sites last."""
    found = (workplace for workplace in workplaces if workplace.holds(address))
    return tuple(sorted(found, key=lambda workplace: workplace.is_reserve))


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
