"""From where staff may work: the contractor's people from its sites, the ward's from the ward."""

from dataclasses import dataclass

from msgspec import Struct

from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.program.settings.workplaces import (
    Workplace,
    WorkplaceKind,
    workplaces_at,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.sites.queries import is_on
from portal.domain.people.staff.models import StaffUser

CALL_CENTER = frozenset({Role.AGENT, Role.SUPERVISOR})
"""Roles that work at the call center's sites only (specification clause 6(6)1)."""


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


class NetworkAddress(Struct, frozen=True):
    """The address of a request, and whether it is in one of the deployment's own networks."""

    text: str
    office: bool


def admit(work: Work, user: StaffUser, address: NetworkAddress) -> Place:
    """Return the place where somebody works.

    The ward's people work from the ward's sites; while a program registers none, from the
    deployment's own networks. Everybody else works from the contractor's sites, agents and
    supervisors from those of the call center (specification clause 6(6)).

    Raises:
        NotAllowedError: this person may not work from there now; the message says what to do.
    """
    workplaces = work.program.workplaces
    found = workplaces_at(workplaces, address.text)
    kinds = _kinds_for(user)
    place = next((place for place in found if place.kind in kinds), None)
    if place is not None:
        return _at(work, user, place)
    if Organization(user.organization) is not Organization.WARD:
        raise NotAllowedError(_where_to_work(user))
    if any(workplace.kind is WorkplaceKind.WARD for workplace in workplaces) or not address.office:
        raise outside()
    return Place(None)


def _kinds_for(user: StaffUser) -> frozenset[WorkplaceKind]:
    if Organization(user.organization) is Organization.WARD:
        return frozenset({WorkplaceKind.WARD})
    call_center = frozenset({WorkplaceKind.MAIN, WorkplaceKind.BCP})
    return call_center if Role(user.role) in CALL_CENTER else call_center | {WorkplaceKind.OFFICE}


def _at(work: Work, user: StaffUser, place: Workplace) -> Place:
    if not place.is_reserve or is_on(work.session, place.id, work.now):
        return Place(place)
    if Role(user.role) is Role.SUPERVISOR:
        return Place(place, waiting=True)
    raise NotAllowedError(
        _s(
            "この予備の拠点は、いまは使えません。スーパーバイザーが拠点を切り替えると、"
            "使えるようになります。"
        )
    )


def _where_to_work(user: StaffUser) -> str:
    if Role(user.role) in CALL_CENTER:
        return _s(
            "オペレーターとスーパーバイザーは、"
            "コールセンターの登録された拠点からだけ使えます。"
            "拠点の端末から開いてください。"
        )
    return _s(
        "受託者の職員は、登録された拠点からだけ使えます。在宅では使えません。"
        "拠点の端末から開いてください。"
    )
