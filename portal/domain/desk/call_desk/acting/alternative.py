"""Asking for paper in place of electronic coupons, for a caller."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import admit, note, spoken
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.vault import Vault
from portal.domain.requests.alternatives.services import submit
from portal.domain.requests.alternatives.written import PaperWish


def ask_alternative(
    session: Session,
    vault: Vault,
    program: Program,
    household_id: int,
    wishes: Mapping[int, str],
    written: PaperWish,
    actor: Actor,
    now: datetime,
) -> DeskAct:
    """Ask for paper for each child in ``wishes`` (its number in the household: product).

    Raises:
        as ``admit``; TooEarlyError, TooLateError: outside the window.
        InputError: no child, or no such child or product.
        ConflictError: a child's right is decided already, or another request is open for it.
        NotAllowedError: one yen was spent, or the coupon was shown and can never be stopped.
    """
    desk = admit(session, Act.ALTERNATIVE, household_id, actor, now)
    request = submit(
        session,
        vault,
        program,
        household_id,
        wishes,
        desk.actor,
        now,
        written=written,
        received_at=desk.asked_at,
    )
    request.language = spoken(desk.call)
    return note(session, desk, Act.ALTERNATIVE, request.receipt_no, "request", request.id, now)
