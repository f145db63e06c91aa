"""From where staff may work: agents and supervisors from sites, others from offices."""

from dataclasses import dataclass

from portal.domain.foundation.actors import Role
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.program.settings.workplaces import Workplace, workplaces_at
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.sites.queries import is_on

BOUND = frozenset({Role.AGENT, Role.SUPERVISOR})
"""Roles that work at registered sites only (specification clause 6)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request comes from: a registered site, or None for an office or a demo machine.

    ``waiting``: a reserve site that is off; its supervisor is admitted to switch it on, and to
    nothing else.
    """

    workplace: Workplace | None
    waiting: bool = False

    @property
    def name(self) -> str:
        """The site's name, empty for an office."""
        return self.workplace.name if self.workplace is not None else ""


def outside() -> NotAllowedError:
    """Return the refusal of an address that is not registered at all."""
    return NotAllowedError(
        _s("このネットワークからは使えません。登録された職場のネットワークから開いてください。")
    )


@dataclass(frozen=True, slots=True)
class NetworkAddress:
    """The address of a request, and whether it is in one of the deployment's own networks."""

    text: str
    office: bool


def admit(work: Work, role: Role, address: NetworkAddress) -> Place:
    """Return the place where somebody of this role works.

    Raises:
        NotAllowedError: this role may not work from there now; the message says what to do.
    """
    found = workplaces_at(work.program.workplaces, address.text)
    first = found[0] if found else None
    if role not in BOUND:
        if not address.office:
            raise outside()
        return Place(first)
    if first is None:
        raise NotAllowedError(
            _s(
                "オペレーターとスーパーバイザーは、"
                "コールセンターの登録された拠点からだけ使えます。"
                "拠点の端末から開いてください。"
            )
        )
    if first.is_main or is_on(work.session, first.id, work.now):
        return Place(first)
    if role is Role.SUPERVISOR:
        return Place(first, waiting=True)
    raise NotAllowedError(
        _s(
            "この予備の拠点は、いまは使えません。スーパーバイザーが拠点を切り替えると、"
            "使えるようになります。"
        )
    )
