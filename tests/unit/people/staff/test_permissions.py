"""What only the ward decides: no contractor's account holds it, whatever its role."""

from datetime import UTC, datetime

from portal.domain.foundation.actors import Organization, Role
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import (
    GRANTS,
    ROLES_OF_ORGANIZATION,
    Grant,
    Permission,
    held,
    permissions_of,
)

WARD_ALONE = Grant(frozenset({Role.WARD_OFFICER}), frozenset({Organization.WARD}))


def test_the_decisions_of_the_ward_are_these() -> None:
    assert {permission for permission, grant in GRANTS.items() if grant == WARD_ALONE} == {
        Permission.KNOW_PROTECTED,
        Permission.HAND_OVER_AT_COUNTER,
        Permission.SET_CHANNEL_AT_COUNTER,
        Permission.ACCEPT_SETTLEMENT,
        Permission.ANSWER_PERSON_REQUESTS,
        Permission.CONSENT_TO_SUBCONTRACTORS,
        Permission.CONFIRM_INCIDENT_REPORTS,
        Permission.DECIDE_MANAGEMENT,
        Permission.APPROVE_LISTS,
        Permission.RELEASE_SITE_TEXTS,
        Permission.APPROVE_OPENING_HOURS,
    }


def test_before_the_end_of_the_first_sign_in_nobody_holds_more_than_the_own_account() -> None:
    for organization, roles in ROLES_OF_ORGANIZATION.items():
        for role in roles:
            user = StaffUser(role=role.value, organization=organization.value, active=True)
            assert permissions_of(user) == {Permission.OWN_ACCOUNT}
            user.enrolled_at = datetime(2023, 7, 3, tzinfo=UTC)
            assert permissions_of(user) == held(role, organization)


def test_a_deactivated_account_holds_nothing() -> None:
    at = datetime(2023, 7, 3, tzinfo=UTC)
    for organization, roles in ROLES_OF_ORGANIZATION.items():
        for role in roles:
            user = StaffUser(
                role=role.value, organization=organization.value, active=False, enrolled_at=at
            )
            assert permissions_of(user) == frozenset()
