"""Who is shown what was found, and whether they looked: their look stands on record."""

from sqlalchemy import String, cast, func, select

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.disclosure.case import SUBJECT, answerer, sealed_under
from portal.domain.oversight.disclosure.searching import Found, look
from portal.domain.oversight.registers.models import PersonRequest
from portal.domain.oversight.registers.states import PersonRequestState
from portal.domain.people.households.looks import VIEWED
from portal.domain.people.households.models import Household


def found_by(work: Work, row: PersonRequest) -> Found | None:
    """Return what is there now, to who needs it; None for others, or where nobody was found.

    These are the two who searched and, while a decision waits, whoever may confirm it.
    """
    if row.household_id is None:
        return None
    if row.state != PersonRequestState.DECISION_ASKED and not searched(row, work.actor.id):
        return None
    answerer(work)
    return look(work, work.session.get_one(Household, row.household_id))


def searched(row: PersonRequest, staff_id: int | None) -> bool:
    """Tell whether somebody is one of the two who searched."""
    return staff_id is not None and staff_id in (row.searched_by, row.searched_with)


def require_shown(work: Work, row: PersonRequest, staff_id: int, since: str) -> None:
    """Refuse to go on with somebody who has not looked since a step, such as ``propose``.

    Raises:
        NotAllowedError: no look of theirs at this request is on record since then.
    """
    step = work.session.scalar(
        select(func.max(AuditEvent.id)).where(
            AuditEvent.subject == SUBJECT,
            AuditEvent.subject_id == row.id,
            AuditEvent.action == f"{SUBJECT}.{since}",
        )
    )
    name = sealed_under(row.entry_id)
    looks = work.session.scalars(
        select(AuditEvent.detail).where(
            AuditEvent.id > (step or 0),
            AuditEvent.action == VIEWED,
            AuditEvent.actor_id == staff_id,
            cast(AuditEvent.detail, String).contains(name),
        )
    )
    if not any(name in str(detail.get("records", "")).split() for detail in looks):
        raise NotAllowedError(
            _s(
                "この請求の画面で、見つかったことと、書かれた決定を見てから確かめてください。"
                "だれが見たかは、操作の記録に残ります。"
            )
        )
