"""The domains of mail at which an organization's staff may be told of what waits."""

import re
from dataclasses import dataclass

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import _s

DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


@dataclass(frozen=True, slots=True)
class StaffMailSettings:
    """Pairs of an organization and the domain of its addresses, in lower case."""

    pairs: tuple[tuple[str, str], ...] = ()

    def domain(self, organization: str) -> str:
        """Return an organization's domain; "" where its staff are told nothing by mail."""
        return dict(self.pairs).get(organization, "")


def read_staff_mail_settings(root: Section) -> StaffMailSettings:
    """Read ``[staff_mail]``; an organization that is left out gets no mail."""
    table = root.table("staff_mail", required=False)
    pairs = []
    for organization in Organization:
        if not table.has(organization.value):
            continue
        domain = table.text(organization.value).casefold()
        if not DOMAIN.fullmatch(domain):
            table.problem(organization.value, _s("メールアドレスの @ の後ろだけを書いてください。"))
        pairs.append((organization.value, domain))
    return StaffMailSettings(tuple(pairs))
