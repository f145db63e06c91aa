"""The ward names a household as protected, for the first time or again.

Who proposed before that to end the protection did not know of it: the proposal is closed, and none
that is older is ever confirmed. The families of an open release are few, so an extract, which names
every protected family each time, is asked about these alone.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import open_of_kind
from portal.domain.foundation.approvals.services import overtake
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.models import StagedHousehold
from portal.domain.people.households.models import Household
from portal.domain.people.households.protection import (
    ProtectionSource,
    named_since,
    record_named,
)
from portal.domain.requests.recipients.protected import leave_to_ward
from portal.domain.requests.redeliveries.matching import leave_unmatched_to_ward

RELEASE_HOLD = "release_hold"


def named(work: Work, household: Household, source: ProtectionSource) -> None:
    """Record that the ward named a locked household, and close what was proposed against that."""
    record_named(work, household.id, source)
    for approval in _open_releases(work.session):
        if approval.detail["household_id"] == household.id:
            overtake(work, approval.id, why=codes.W01_PROTECTED, household_id=household.id)


def named_by_extract(work: Work, import_id: int) -> None:
    """Bring what is open in line with the families that a staged extract names as protected.

    Releases of those that it still names are closed; what goes to a protected family, or asks for
    its letter, is left to the ward.
    """
    leave_to_ward(work)
    leave_unmatched_to_ward(work)
    waiting = {approval.detail["household_id"] for approval in _open_releases(work.session)}
    for household_id in _still_protected(work.session, import_id, waiting):
        household = work.session.get_one(
            Household, household_id, with_for_update=True, populate_existing=True
        )
        named(work, household, ProtectionSource.EXTRACT)


def refuse_outdated(session: Session, household_id: int, proposed_at: datetime) -> None:
    """Refuse the release of a locked household that was named after the release was proposed.

    Raises:
        ConflictError: it was (``named_again``).
    """
    if named_since(session, household_id, proposed_at):
        raise ConflictError(
            _s(
                "この提案のあとに、この世帯は支援措置の対象だと、区からまた届きました。"
                "この提案では解けません。いまも解いてよいか区に確かめて、もう一度提案してください。"
            ),
            code="named_again",
        )


def _open_releases(session: Session) -> Collection[Approval]:
    """Return the open proposals to end a protection or to hand over at the counter."""
    return [
        approval
        for approval in open_of_kind(session, RELEASE_HOLD)
        if approval.detail["code"] == codes.W01_PROTECTED
    ]


def _still_protected(
    session: Session, import_id: int, household_ids: Collection[int]
) -> Collection[int]:
    return session.scalars(
        select(Household.id)
        .join(StagedHousehold, StagedHousehold.number_digest == Household.number_digest)
        .where(
            StagedHousehold.import_id == import_id,
            StagedHousehold.protected.is_(True),
            Household.id.in_(household_ids),
        )
        .order_by(Household.id)
    ).all()
