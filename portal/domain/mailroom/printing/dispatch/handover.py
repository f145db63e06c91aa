"""Hand a print run over to the mail house, by two people; its letters are not posted by that.

One officer proposes it, a second person confirms, and all its letters are handed over together.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import open_for
from portal.domain.foundation.approvals.services import confirm, propose
from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s, _sn
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.kinds import kind_of
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintRun
from portal.domain.letters.letters.services import cancel, locked
from portal.domain.letters.letters.states import PRINT_RUN, LetterState
from portal.domain.letters.letters.without_id import locked as locked_without_id
from portal.domain.letters.letters.without_id import take_out as take_out_without_id
from portal.domain.mailroom.printing.archives.sending import refuse_wrong_archive, send_archive
from portal.domain.mailroom.printing.proofs.decisions import require_approval
from portal.domain.mailroom.printing.proofs.making import forget_pictures, locked_run
from portal.domain.mailroom.printing.runs.queries import count_to_withdraw
from portal.domain.people.households.models import Household
from portal.domain.people.staff.permissions import knows_protected

HAND_OVER, SUBJECT = "hand_over_run", "print_run"
OF_WARD = "ward_takes_out"
"""The code of a refusal because of letters that only the ward may know."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The result of a hand-over: the numbers of letters and children, and their sum in yen."""

    run_id: int
    letters: int
    children: int
    yen: int


def proposal_of(session: Session, run_id: int) -> Approval | None:
    """Return the open proposal to hand a run over."""
    return open_for(session, HAND_OVER, SUBJECT, [run_id]).get(run_id)


def propose_hand_over(work: Work, run_id: int) -> Approval:
    """Propose to hand a finished run over; another person confirms it with ``confirm_hand_over``.

    Raises:
        NotFoundError: there is no such run.
        WrongStateError: it is still being built, or was handed over before.
        ConflictError: letters must be taken out first (the message contains their number); the
            archive is lost or stale; or the run's proof is not approved.
        NotAllowedError: the actor has no account.
    """
    run = locked_run(work.session, run_id)
    PRINT_RUN.next(run.state, "hand_over")
    _refuse_letters_that_must_stay(work, run_id)
    refuse_wrong_archive(work.session, run_id)
    require_approval(work.session, run_id)
    return propose(work, HAND_OVER, SUBJECT, run_id)


def confirm_hand_over(work: Work, run_id: int) -> HandedOver:
    """Confirm another person's proposal: the run and its printed letters are handed over together.

    The pictures of the proof are removed. An archive that was built for a mail house is recorded as
    sent. Nobody is told yet: a letter is on its way when its posting is recorded.

    Raises:
        NotFoundError: there is no such run, or nobody proposed it.
        WrongStateError: it was handed over before.
        ConflictError: letters must be taken out first (the message contains their number); the
            archive is lost or stale; or the run's proof is not approved.
        NotAllowedError: the actor made the proposal, or the mail house lacks the ward's consent.
    """
    run = locked_run(work.session, run_id)
    after = PRINT_RUN.next(run.state, "hand_over")
    waiting = proposal_of(work.session, run_id)
    if waiting is None:
        raise NotFoundError(_s("この印刷の引き渡しは、まだ提案されていません。"))
    _lock_households(work.session, run_id)
    _refuse_letters_that_must_stay(work, run_id)
    require_approval(work.session, run_id)
    send_archive(work, run_id)
    confirm(work, waiting.id, ward_needed=False)
    done = _hand_over(work, run, after)
    forget_pictures(work, run_id)
    return done


def take_out(work: Work, run_id: int, letter_ids: Collection[int]) -> int:
    """Record that letters of a run were taken out before posting, and count them.

    Each is cancelled, and its ID and password are closed. A letter that was recorded before is
    skipped.

    Raises:
        NotFoundError: there is no such run, or a letter is not of it, or it is one of a protected
            household and the actor may not know.
        WrongStateError: the run is still being built, or was handed over before.
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("手紙を抜き取れるのは、アカウントのある職員だけです。"))
    run = locked_run(work.session, run_id)
    PRINT_RUN.next(run.state, "hand_over")
    count, take = 0, take_out_without_id if run.is_without_id else cancel
    for letter_id in sorted(letter_ids):
        letter = (
            locked_without_id(work.session, letter_id)
            if run.is_without_id
            else locked(work.session, letter_id)
        )
        if letter.print_run_id != run_id or not _may_see(work, letter):
            raise NotFoundError(_s("この手紙は見つかりませんでした。"))
        if letter.state == LetterState.PRINTED:
            take(work, letter_id, reason="taken_out")
            count += 1
    return count


def _may_see(work: Work, letter: Letter | LetterWithoutId) -> bool:
    household = work.session.get_one(Household, letter.household_id)
    return not household.protected or knows_protected(work.actor)


def _refuse_letters_that_must_stay(work: Work, run_id: int) -> None:
    """Refuse while letters must be taken out.

    Those of protected households are found by the ward (decision 0057): others are told that the
    ward has some, not how many or which.
    """
    session, knows = work.session, knows_protected(work.actor)
    if count := count_to_withdraw(session, run_id, include_protected=knows):
        raise ConflictError(
            _sn(
                "印刷の後に、保留や支援措置になった世帯の手紙が%(n)d通あります。"
                "抜き取ってから、引き渡してください。",
                "印刷の後に、保留や支援措置になった世帯の手紙が%(n)d通あります。"
                "抜き取ってから、引き渡してください。",
                count,
            )
            % {"n": count},
            code="letters_to_take_out",
        )
    if count_to_withdraw(session, run_id, include_protected=True):
        raise ConflictError(
            _s(
                "区の担当が先に抜き取る手紙があるので、まだ引き渡せません。区の担当に連絡してください。"
            ),
            code=OF_WARD,
        )


def _lock_households(session: Session, run_id: int) -> None:
    """Lock the households of a run, so that none can be held between check and commit."""
    letters = kind_of(session, run_id).table
    households = select(letters.household_id).where(
        letters.print_run_id == run_id, letters.state == LetterState.PRINTED
    )
    session.execute(
        select(Household.id)
        .where(Household.id.in_(households))
        .order_by(Household.id)
        .with_for_update()
    ).all()


def _hand_over(work: Work, run: PrintRun, after: str) -> HandedOver:
    kind = kind_of(work.session, run.id)
    letters = kind.table
    mine = (letters.print_run_id == run.id, letters.state == LetterState.PRINTED, kind.by_post)
    rows = work.session.execute(
        select(letters.id, letters.household_id).where(*mine).order_by(letters.id)
    ).all()
    children, yen = work.session.execute(
        select(
            func.coalesce(func.sum(letters.children), 0),
            func.coalesce(func.sum(letters.amount_yen), 0),
        ).where(*mine)
    ).one()
    done = HandedOver(run.id, len(rows), int(children), int(yen))
    work.session.execute(
        update(letters)
        .where(*mine)
        .values(state=kind.machine.next(LetterState.PRINTED, "hand_over"), handed_over_at=work.now)
        .execution_options(synchronize_session="fetch")
    )
    run.state, run.handed_over_at = after, work.now
    events = [(letter_id, household_id) for letter_id, household_id in rows]
    record_many(work, f"{kind.subject}.handed_over", kind.subject, events)
    record(
        work,
        "print_run.handed_over",
        SUBJECT,
        run.id,
        letters=done.letters,
        children=done.children,
        yen=done.yen,
    )
    work.session.flush()
    return done
