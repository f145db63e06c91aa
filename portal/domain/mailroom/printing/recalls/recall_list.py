"""Draw up recall lists (引抜き) for the mail house, send them, and record its answers.

A list has all letters that must be recalled because of changes since the hand-over. It is sent
once and answered for each letter: one that was taken out is cancelled; for one that was posted
already, the ID is suspended at once and the post office is asked to return it. The list identifies
letters by number only, and contains no reasons.
"""

import hashlib
from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.kinds import CREDENTIAL as CREDENTIAL_KIND
from portal.domain.letters.letters.kinds import WITHOUT_ID, Kind, kind_of
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintRun
from portal.domain.letters.letters.services import cancel
from portal.domain.letters.letters.states import LetterState
from portal.domain.letters.letters.without_id import take_out
from portal.domain.letters.subcontractors.kinds import SentKind
from portal.domain.letters.subcontractors.services import FileFacts, record_sent
from portal.domain.mailroom.printing.archives.sending import live_archive
from portal.domain.mailroom.printing.recalls.models import RecalledLetter, RecallList
from portal.domain.mailroom.printing.recalls.needs import listed_as, needs
from portal.domain.mailroom.printing.recalls.queries import as_csv, list_file
from portal.domain.mailroom.printing.recalls.states import RECALL, WAITING, RecallAnswer
from portal.domain.people.credentials.services import lock_row, move
from portal.domain.people.credentials.states import CREDENTIAL

SUSPENDED_FOR = "pulled_too_late"


def draw_up(work: Work, run_id: int) -> RecallList:
    """Make a list of all letters of a run that must be recalled now.

    Raises:
        NotFoundError: there is no such run.
        NotAllowedError: the actor has no account.
        ConflictError: no letter must be recalled (code ``nothing_to_pull``).
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("引抜きの一覧を作れるのは、アカウントのある職員だけです。"))
    run = work.session.scalar(select(PrintRun).where(PrintRun.id == run_id).with_for_update())
    if run is None:
        raise NotFoundError(_s("この印刷は見つかりませんでした。"))
    found = needs(work.session, run_id)
    if not found:
        raise ConflictError(_s("いま引き抜く手紙はありません。"), code="nothing_to_pull")
    last = work.session.scalar(
        select(func.max(RecallList.number)).where(RecallList.print_run_id == run_id)
    )
    made = RecallList(
        print_run_id=run_id, number=(last or 0) + 1, created_at=work.now, created_by=work.actor.id
    )
    work.session.add(made)
    work.session.flush()
    column = listed_as(kind_of(work.session, run_id)).name
    work.session.add_all(
        RecalledLetter(pull_list_id=made.id, reason=one.reason, **{column: one.letter_id})
        for one in found
    )
    record(work, "pull_list.drawn_up", "pull_list", made.id, run=run_id, letters=len(found))
    work.session.flush()
    return made


def send_list(work: Work, list_id: int) -> RecallList:
    """Record that a list was sent to the mail house.

    If the run was sent as an archive, the list is entered in the register of sent files.

    Raises:
        NotFoundError: no list has this key.
        ConflictError: it was sent before.
        NotAllowedError: the actor has no account, or the ward's consent to the mail house ended.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("引抜きの一覧を送れるのは、アカウントのある職員だけです。"))
    row = _locked(work.session, list_id)
    if row.sent_at is not None:
        raise ConflictError(_s("この一覧は、もう送ってあります。"), code="sent_before")
    letters = work.session.scalars(
        select(RecalledLetter)
        .where(RecalledLetter.pull_list_id == list_id, RecalledLetter.state == RECALL.initial)
        .order_by(RecalledLetter.id)
        .with_for_update()
    ).all()
    archive = live_archive(work.session, row.print_run_id)
    if archive is not None:
        digest = hashlib.sha256(as_csv(work.session, list_id)).hexdigest()
        facts = FileFacts(
            SentKind.RECALL_LIST, list_file(row), digest, len(letters), "pull_list", list_id
        )
        row.sent_file_id = record_sent(work, archive.subcontractor_id, facts).id
    row.sent_at = work.now
    for letter in letters:
        letter.state = RECALL.next(letter.state, "send")
    record(work, "pull_list.sent", "pull_list", list_id, letters=len(letters))
    work.session.flush()
    return row


def answer(work: Work, list_id: int, answers: Sequence[tuple[int, str]]) -> int:
    """Record the mail house's answers, all of them or none.

    ``answers`` are pairs of a letter's key and a ``RecallAnswer``.

    Raises:
        NotFoundError: there is no such list, or a letter is not on it.
        WrongStateError: a letter was answered before.
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("返事を記録できるのは、アカウントのある職員だけです。"))
    kind = kind_of(work.session, _locked(work.session, list_id).print_run_id)
    letters, column = kind.table, listed_as(kind)
    # the letters first, in the same order as posting locks them, so that the two cannot deadlock
    keys = [key for key, _said in answers]
    work.session.execute(
        select(letters.id).where(letters.id.in_(keys)).order_by(letters.id).with_for_update()
    ).all()
    rows = {
        row.bare_letter_id or row.letter_id: row
        for row in work.session.scalars(
            select(RecalledLetter)
            .where(RecalledLetter.pull_list_id == list_id, column.in_(keys))
            .order_by(column)
            .with_for_update()
        )
    }
    for letter_id, answer in sorted(answers):
        if letter_id not in rows or answer not in set(RecallAnswer):
            raise NotFoundError(_s("この手紙は、引抜きの一覧にありません。"))
        _settle(work, rows[letter_id], answer)
    work.session.flush()
    return len(answers)


def found_posted(work: Work, letter_ids: Collection[int], kind: Kind = CREDENTIAL_KIND) -> None:
    """Settle the recalls of letters that were just posted; their IDs are suspended at once."""
    column = listed_as(kind)
    for row in work.session.scalars(
        select(RecalledLetter)
        .where(column.in_(letter_ids), RecalledLetter.state.in_(WAITING))
        .order_by(column)
        .with_for_update()
    ):
        _settle(work, row, RecallAnswer.ALREADY_POSTED)
    work.session.flush()


def _settle(work: Work, row: RecalledLetter, answer: str) -> None:
    row.state = RECALL.next(row.state, answer)
    row.answered_at, row.answered_by = work.now, work.actor.id
    if row.bare_letter_id is not None:
        letter_without_id = work.session.get_one(LetterWithoutId, row.bare_letter_id)
        if answer == RecallAnswer.RECALLED and (letter_without_id.state == LetterState.HANDED_OVER):
            take_out(work, letter_without_id.id, reason="pulled")
        record(
            work,
            f"pull_letter.{answer}",
            WITHOUT_ID.subject,
            letter_without_id.id,
            household_id=letter_without_id.household_id,
        )
        return
    letter = work.session.get_one(Letter, row.letter_id)
    if answer == RecallAnswer.RECALLED:
        if letter.state == LetterState.HANDED_OVER:  # it may have been superseded since
            cancel(work, letter.id, reason="pulled")
    elif letter.credential_id is not None:
        credential = lock_row(work.session, letter.credential_id)
        if CREDENTIAL.can(credential.state, "suspend"):
            move(work, credential, "suspend", reason=SUSPENDED_FOR)
    record(work, f"pull_letter.{answer}", "letter", letter.id, household_id=letter.household_id)


def _locked(session: Session, list_id: int) -> RecallList:
    row = session.get(RecallList, list_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この引抜きの一覧は見つかりませんでした。"))
    return row
