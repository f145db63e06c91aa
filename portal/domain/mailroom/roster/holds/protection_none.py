"""Record the ward's dated statement that nobody is protected (``domain.md`` §2.6).

One person proposes it, another confirms.
"""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import open_of_kind
from portal.domain.foundation.approvals.services import Instruction, confirm, propose, turn_down
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.people.households.protection import (
    ProtectionSource,
    protection_state,
    record_protection,
)

PROTECTION_NONE = "protection_none"


def propose_none(work: Work, day: date, instruction: Instruction | None = None) -> Approval:
    """Propose the ward's statement of a day (JST) that nobody is protected.

    Another person confirms it.

    Raises:
        InputError: the day is in the future, or the instruction has no number.
        ConflictError: somebody is protected, or such a proposal is waiting already.
        NotAllowedError: the actor is no person with an account.
    """
    if day > jst_date(work.now):
        raise InputError(_s("確かめた日は、きょうまでの日付にしてください。"))
    _refuse_protected(work.session)
    if open_of_kind(work.session, PROTECTION_NONE):
        raise ConflictError(
            _s(
                "「対象者なし」の提案が、もう承認を待っています。先に、"
                "それを承認するか戻してください。"
            )
        )
    return propose(
        work,
        PROTECTION_NONE,
        "protection",
        None,
        instruction=instruction,
        detail={"date": day.isoformat()},
    )


def confirm_proposed_none(work: Work, approval_id: int) -> Approval:
    """Confirm another person's proposal: protection is now known, and nobody has any.

    Raises:
        NotFoundError: there is no such proposal.
        ConflictError: somebody was protected since, or a newer list or extract came.
        NotAllowedError: the actor made the proposal; or neither person is of the ward, and no
            instruction was given.
        WrongStateError: it was decided before.
    """
    waiting = work.session.get(Approval, approval_id)
    if waiting is None or waiting.kind != PROTECTION_NONE:
        raise NotFoundError(_s("この提案は見つかりませんでした。"))
    _refuse_protected(work.session)
    _refuse_outdated(work.session, waiting)
    approval = confirm(work, approval_id, ward_needed=True)
    # Two people may have proposed at the same time, when there was no row to lock.
    for other in open_of_kind(work.session, PROTECTION_NONE):
        turn_down(work, other.id)
    record_protection(work, ProtectionSource.NONE_CONFIRMED, subject_id=approval.id)
    work.session.flush()
    return approval


def confirm_none(
    work: Work, day: date, proposer: Actor, confirmer: Actor, instruction: Instruction | None = None
) -> Approval:
    """Propose and confirm in one step, with both people present (for the command line).

    Raises as ``propose_none`` and ``confirm_proposed_none``.
    """
    proposal = propose_none(work.acting_as(proposer), day, instruction)
    return confirm_proposed_none(work.acting_as(confirmer), proposal.id)


def _refuse_protected(session: Session) -> None:
    if session.scalar(select(Household.id).where(Household.protected).limit(1)) is not None:
        raise ConflictError(
            _s("支援措置の対象の世帯が登録されています。「対象者なし」にはできません。")
        )


def _refuse_outdated(session: Session, waiting: Approval) -> None:
    known = protection_state(session)
    if known is not None and known.at > waiting.proposed_at:
        raise ConflictError(
            _s(
                "この提案のあとに、支援措置の新しい情報が区から届きました。"
                "いまも対象者がいないか区に確かめて、もう一度提案してください。"
            ),
            code="named_again",
        )
