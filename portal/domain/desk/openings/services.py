"""Open a household for work or with a reason, and review what was opened with a reason.

Who opens a household outside of their work says why; it stays open for a quarter of an hour, and
another person reviews it within a day. What was not justified becomes an incident at once.
"""

from datetime import datetime, timedelta

from portal.domain.desk.casework.access import OPEN_FOR, Reason
from portal.domain.desk.openings.at_hand import AtHand
from portal.domain.desk.openings.models import HouseholdOpening
from portal.domain.desk.openings.queries import Reviewer, may_review
from portal.domain.desk.openings.states import OPENING, OpeningState
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.kinds import IncidentKind
from portal.domain.mailroom.incidents.register import Opening, open_incident
from portal.domain.people.households.models import Household

REVIEWED_WITHIN = timedelta(hours=24)


def open_with_reason(work: Work, household: Household, reason: Reason, words: str) -> datetime:
    """Open a household for a person outside of their work; return until when (UTC) it stays so.

    ``words`` may name people, so they are sealed.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("世帯を開けるのは、アカウントのある職員だけです。"))
    sealed = None
    if words:
        key = work.vault.unwrap(household.wrapped_key)
        sealed = seal_json(key, {"words": words}, f"reason:{household.id}")
    opening = HouseholdOpening(
        household_id=household.id,
        staff_id=work.actor.id,
        reason=reason.value,
        sealed=sealed,
        opened_at=work.now,
        ends_at=work.now + OPEN_FOR,
        due_at=work.now + REVIEWED_WITHIN,
    )
    work.session.add(opening)
    work.session.flush()
    record(
        work,
        "household.opened",
        "household",
        household.id,
        household_id=household.id,
        sealed=sealed,
        reason=reason.value,
        opening=opening.id,
    )
    return opening.ends_at


def open_for_work(work: Work, household_id: int, ground: AtHand) -> datetime:
    """Open a household for work in hand; return until when (UTC) it is not asked again."""
    record(
        work,
        "household.opened",
        "household",
        household_id,
        household_id=household_id,
        reason="work",
        ground=ground.name,
    )
    return work.now + OPEN_FOR


def words_of(work: Work, opening: HouseholdOpening, household: Household) -> str:
    """Return the words of the reason; "" where there are none."""
    if opening.sealed is None:
        return ""
    key = work.vault.unwrap(household.wrapped_key)
    return str(unseal_json(key, opening.sealed, f"reason:{household.id}")["words"])


def justify(work: Work, reviewer: Reviewer, opening_id: int) -> HouseholdOpening:
    """Record that an opening was needed.

    Raises:
        NotFoundError: there is none that this person reviews.
        NotAllowedError: it is the reviewer's own.
        ConflictError: somebody has reviewed it.
    """
    return _reviewed(work, reviewer, opening_id, "justify")


def question(work: Work, reviewer: Reviewer, opening_id: int) -> HouseholdOpening:
    """Record that nothing shows why a household was opened, and open an incident about it.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as ``justify``.
    """
    opening = _reviewed(work, reviewer, opening_id, "question")
    text = _s(
        "職員が、仕事と結びつかない理由で世帯を開いた疑い。開いた記録 %(n)s。"
        "だれが、いつ、どの世帯を開いたかは、「世帯を開いた理由」の画面で確かめる。"
    ) % {"n": opening.id}
    incident = open_incident(
        work, Opening(IncidentKind.LEAK, work.now, opening.opened_at, summary=text)
    )
    opening.incident_id = incident.id
    work.session.flush()
    return opening


def _reviewed(work: Work, reviewer: Reviewer, opening_id: int, action: str) -> HouseholdOpening:
    opening = work.session.get(
        HouseholdOpening, opening_id, with_for_update=True, populate_existing=True
    )
    if opening is None or not may_review(work.session, reviewer, opening.id):
        raise NotFoundError(_s("この記録は見つかりませんでした。"))
    if opening.staff_id == reviewer.staff_id:
        raise NotAllowedError(_s("自分が開いた記録は、ほかの人が審査します。"))
    if opening.state != OpeningState.WAITING:
        raise ConflictError(_s("ほかの人が、もう審査しました。"))
    opening.state = OPENING.next(opening.state, action)
    opening.reviewed_by, opening.reviewed_at = work.actor.id, work.now
    record(
        work,
        f"opening.{action}",
        "household_opening",
        opening.id,
        household_id=opening.household_id,
        late=work.now > opening.due_at,
    )
    work.session.flush()
    return opening
