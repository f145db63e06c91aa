"""Contradictions among the registered sites, and lists that are missing."""

import ipaddress
from collections.abc import Iterator
from itertools import combinations

from portal.domain.foundation.program.checks.findings import Finding, error_of, warning_of
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.settings.workplaces import WIDEST, WorkplaceKind
from portal.domain.foundation.texts import _s


def check_workplaces(program: Program) -> Iterator[Finding]:
    """Report missing lists, a network of two sites, and a network wider than a workplace."""
    yield from _missing({workplace.kind for workplace in program.workplaces})
    networks = [
        (workplace.id, ipaddress.ip_network(network))
        for workplace in program.workplaces
        for network in workplace.networks
    ]
    for (one, first), (other, second) in combinations(networks, 2):
        if one != other and first.version == second.version and first.overlaps(second):
            yield error_of(
                "network_twice",
                _s(
                    "拠点 %(one)s と %(other)s "
                    "のネットワークが重なっています(%(network)s)。"
                    "1つの拠点にだけ書いてください。"
                )
                % {"one": one, "other": other, "network": str(second)},
            )
    for name, network in networks:
        if network.prefixlen < WIDEST[network.version] and not network.is_loopback:
            yield warning_of(
                "network_wide",
                _s(
                    "拠点 %(name)s のネットワーク %(network)s は広すぎます。"
                    "職場だけに絞ってください。"
                )
                % {"name": name, "network": str(network)},
            )


def _missing(kinds: set[WorkplaceKind]) -> Iterator[Finding]:
    if WorkplaceKind.MAIN not in kinds:
        yield warning_of(
            "no_main_site",
            _s(
                "コールセンターの拠点（[[sites]]、kind は main）が1つもありません。"
                "オペレーターはサインインできません。"
            ),
        )
    if WorkplaceKind.WARD not in kinds:
        yield warning_of(
            "no_ward_site",
            _s(
                "区の職場（[[sites]]、kind は ward）が1つもありません。区の職員のサインインは、"
                "PORTAL_ADMIN_NETWORKS だけで絞られ、それもなければ、どこからでもできます。"
            ),
        )
