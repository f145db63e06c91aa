"""Proposals that wait for a second person, without those of families only the ward may know of.

A count with them, beside a list without them, would tell that there is such a family.
"""

from collections.abc import Mapping

from sqlalchemy import Select, and_, func, not_, select
from sqlalchemy.orm import Session

from portal.domain.desk.casework.reviews.queue import known_to
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.states import PROPOSED
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.tasks.models import Task
from portal.domain.requests.requests.models import Request

_PROTECTED = select(Household.id).where(Household.protected.is_(True))
_CREDENTIALS = select(Credential.id).where(Credential.household_id.in_(_PROTECTED))
_OF_WARD: Mapping[str, Select[int]] = {
    "household": _PROTECTED,
    "hold": select(Hold.id).where(Hold.household_id.in_(_PROTECTED)),
    "task": select(Task.id).where(Task.household_id.in_(_PROTECTED)),
    "request": select(Request.id).where(not_(known_to(include_protected=False))),
    "coupon_fault": select(CouponFault.id).where(CouponFault.household_id.in_(_PROTECTED)),
    "credential": _CREDENTIALS,
    "otp_authenticator": select(OtpAuthenticator.id).where(
        OtpAuthenticator.credential_id.in_(_CREDENTIALS)
    ),
}
"""By the subject of an approval: those of which only the ward may know."""


def open_counts(session: Session, *, include_protected: bool) -> dict[str, int]:
    """Return the number of proposals of each kind that wait, as far as the reader may know."""
    statement = select(Approval.kind, func.count()).where(Approval.state == PROPOSED)
    if not include_protected:
        for subject, hidden in _OF_WARD.items():
            theirs = and_(Approval.subject == subject, Approval.subject_id.in_(hidden))
            statement = statement.where(not_(theirs))
    rows = session.execute(statement.group_by(Approval.kind))
    return {kind: int(count) for kind, count in rows}
