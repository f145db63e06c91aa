"""Which file of the ward counts, and how many of its questions have no answer."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.oversight.management.models import WardAnswer, WardChecklist, WardQuestion


def current_checklist(session: Session, *, lock: bool = False) -> WardChecklist | None:
    """Return the newest checklist that the ward handed over, if there is one."""
    statement = select(WardChecklist).order_by(WardChecklist.id.desc()).limit(1)
    return session.scalar(statement.with_for_update() if lock else statement)


def unanswered(session: Session) -> int:
    """Return how many questions of the newest checklist have no answer; 0 if there is none."""
    found = current_checklist(session)
    if found is None:
        return 0
    answered = select(WardAnswer.id).where(WardAnswer.question_id == WardQuestion.id)
    statement = select(func.count()).where(
        WardQuestion.checklist_id == found.id, ~answered.exists()
    )
    return session.scalar(statement) or 0
