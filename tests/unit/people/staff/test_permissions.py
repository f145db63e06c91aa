"""What only the ward decides: no contractor's account holds it, whatever its role."""

from portal.domain.foundation.actors import Organization, Role
from portal.domain.people.staff.permissions import GRANTS, Grant, Permission

WARD_ALONE = Grant(frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD}))


def test_the_decisions_of_the_ward_are_these() -> None:
    assert {permission for permission, grant in GRANTS.items() if grant == WARD_ALONE} == {
        Permission.KNOW_PROTECTED,
        Permission.HAND_OVER_AT_COUNTER,
        Permission.SET_CHANNEL_AT_COUNTER,
        Permission.ACCEPT_SETTLEMENT,
        Permission.CONSENT_TO_SUBCONTRACTORS,
        Permission.CONFIRM_INCIDENT_REPORTS,
        Permission.DECIDE_MANAGEMENT,
        Permission.APPROVE_LISTS,
    }
