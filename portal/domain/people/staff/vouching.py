"""Who must be there before an account comes, is unlocked, or gets new secrets.

Each organization has its say about its own accounts. Else an administrator of the contractor makes
an account of the ward, and one person is both (clauses 5 and 16, ``security.md`` A11).
"""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import first_time
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.staff.models import StaffUser

SPEAK_FOR_WARD = {Role.ADMINISTRATOR, Role.WARD_OFFICER}
FIRST_OF_WARD = "staff-first-of-ward"
"""Claimed by the ward's first account, so that two at once are not both the first."""


def require_vouched(work: Work, organization: Organization, people: Sequence[Actor]) -> None:
    """Refuse people who may not decide about an account of this organization.

    The ward's accounts take two people, one of them of the ward; those of the contractor and of its
    subcontractors take an administrator of the contractor. Before there was anybody who could, at
    set-up, the first of each side needs less: it is on record, and the ward is shown it.

    Args:
        work: The transaction in which the account changes.
        organization: Whose account it is.
        people: Who has proven to be there, each holding ``VOUCH_FOR_STAFF``.

    Raises:
        NotAllowedError: somebody else is needed; the sentence says who.
    """
    session = work.session
    if organization is Organization.WARD and not _is_first_of_ward(work):
        _require_ward(people)
    elif organization is not Organization.WARD and _has_had_administrator(
        session, Organization.CONTRACTOR
    ):
        _require_contractor(people)
    elif _has_had_administrator(session) and not people:
        raise NotAllowedError(
            _s(
                "管理者がいるので、--by で管理者を指定してください。管理者の誰も番号を"
                "出せないときは、root が --no-administrator を付けて実行します。"
            )
        )


def _require_ward(people: Sequence[Actor]) -> None:
    of_the_ward = any(one.organization is Organization.WARD for one in people)
    if not of_the_ward or len({one.id for one in people}) < 2:
        raise NotAllowedError(
            _s(
                "区のアカウントは、2人で決めます。1人は、区の管理者か区の担当です。"
                "--by と --confirmed-by で指定してください。"
            )
        )


def _require_contractor(people: Sequence[Actor]) -> None:
    if not any(
        one.organization is Organization.CONTRACTOR and one.role is Role.ADMINISTRATOR
        for one in people
    ):
        raise NotAllowedError(
            _s(
                "受託者と再委託先のアカウントは、受託者の管理者が決めます。--by で"
                "指定してください。管理者の誰も番号を出せないときは、root が "
                "--no-administrator を付けて実行します。"
            )
        )


def _is_first_of_ward(work: Work) -> bool:
    """Return whether the ward has no account yet, not even one out of use or made just now."""
    query = select(StaffUser.id).where(StaffUser.organization == Organization.WARD.value).limit(1)
    none = work.session.scalar(query) is None
    return none and first_time(work.session, FIRST_OF_WARD, work.now)


def _has_had_administrator(session: Session, organization: Organization | None = None) -> bool:
    """Return whether there is an administrator, of any or of this organization, used or not."""
    query = select(StaffUser.id).where(StaffUser.role == Role.ADMINISTRATOR.value).limit(1)
    if organization is not None:
        query = query.where(StaffUser.organization == organization.value)
    return session.scalar(query) is not None


def is_last(session: Session, user: StaffUser) -> bool:
    """Return whether nobody of its organization could do an account's part after it is closed.

    Of an administrator: no other is left. Of whoever speaks for the ward: nobody else does. Others
    whose first sign-in is not over do not count.
    """
    groups = [{Role.ADMINISTRATOR}] if user.role == Role.ADMINISTRATOR else []
    if user.organization == Organization.WARD and user.role in SPEAK_FOR_WARD:
        groups.append(SPEAK_FOR_WARD)
    return any(not _has_other(session, user, roles) for roles in groups)


def _has_other(session: Session, user: StaffUser, roles: Collection[Role]) -> bool:
    query = select(StaffUser.id).where(
        StaffUser.id != user.id,
        StaffUser.organization == user.organization,
        StaffUser.role.in_([role.value for role in roles]),
        StaffUser.active,
        StaffUser.enrolled_at.is_not(None),
    )
    return session.scalar(query.limit(1)) is not None
