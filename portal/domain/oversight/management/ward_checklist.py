"""Our answers to the checklist that the ward hands over (clause 12(9)), each tied to a live proof.

A question of the ward is answered by one line of our own checklist, which names what shows it
(``checklist.toml``). "Yes" without such a line cannot be said, and "yes" against a proof is never
shown or printed. Answers are kept as versions; a question that the ward changes is a new one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed_texts import optional, required, writer
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.checklist import (
    ANSWER_MAX,
    EVIDENCE_MAX,
    Answered,
    Verdict,
    items,
    newer,
)
from portal.domain.oversight.management.models import WardAnswer, WardChecklist, WardQuestion
from portal.domain.oversight.management.proofs import Proof, prove
from portal.domain.oversight.management.sealed import opened_values, sealed_values
from portal.domain.oversight.management.ward_asked import current_checklist
from portal.domain.oversight.management.ward_file import AskedFile

CLAIMS = frozenset({Verdict.YES, Verdict.PARTLY})
SELF = "ward_checklist"
"""The line of our own checklist that is shown by this very list: it answers no question of it."""


class TakenIn(Struct, frozen=True):
    """What a file changed: questions that are new (or changed), that stay, and that went."""

    new: int
    same: int
    gone: int


class Asked(Struct, frozen=True):
    """A question of the ward with our current answer; ``item`` is the line that shows it."""

    id: int
    number: str
    question: str
    cells: tuple[str, ...]
    item: str = ""
    answered: Answered | None = None

    @property
    def version(self) -> int:
        """The number of our answer's version; 0 if there is none."""
        return self.answered.number if self.answered else 0

    @property
    def is_open(self) -> bool:
        """Whether it waits for our answer, or a proof contradicts the one that there is."""
        return self.answered is None or self.answered.is_refuted


@dataclass(frozen=True, slots=True)
class TypedReply:
    """An answer as typed; ``item`` is a line of our own checklist, ``base`` the edited version."""

    verdict: str
    item: str
    answer: str
    evidence: str = ""
    base: int = 0


def answerable() -> dict[str, str]:
    """Return the lines of our own checklist that can show an answer, with their texts."""
    return {key: one.item for key, one in items().items() if one.proofs and key != SELF}


def take_in(work: Work, file: AskedFile) -> TakenIn:
    """Take the ward's checklist in; answers to questions that did not change stay.

    Raises:
        NotAllowedError: the actor has no account.
    """
    by = writer(work.actor)
    before = current_checklist(work.session, lock=True)
    row = WardChecklist(
        sha256=file.sha256, columns=list(file.columns), taken_by=by, taken_at=work.now
    )
    work.session.add(row)
    work.session.flush()
    known = _known(work.session)
    old = {one.id for one in known.values() if before and one.checklist_id == before.id}
    same = 0
    for position, asked in enumerate(file.rows):
        found = known.get((asked.number, asked.question))
        if found is None:
            found = WardQuestion(number=asked.number, question=asked.question)
            work.session.add(found)
        else:
            same += found.id in old
        found.checklist_id, found.position = row.id, position
        found.cells = list(asked.cells)
    work.session.flush()
    taken = TakenIn(len(file.rows) - same, same, len(old) - same)
    record(
        work,
        "ward_checklist.taken_in",
        "ward_checklist",
        row.id,
        sha256=file.sha256,
        new=taken.new,
        same=taken.same,
        gone=taken.gone,
    )
    return taken


def _known(session: Session) -> dict[tuple[str, str], WardQuestion]:
    return {(one.number, one.question): one for one in session.scalars(select(WardQuestion))}


def columns(work: Work) -> Sequence[str]:
    """Return the names of the columns of the ward's file; empty before the first one came."""
    found = current_checklist(work.session)
    return tuple(found.columns) if found else ()


def asked(work: Work) -> list[Asked]:
    """Return the questions of the ward's newest file with our answers, in its order."""
    found = current_checklist(work.session)
    if found is None:
        return []
    questions = work.session.scalars(
        select(WardQuestion)
        .where(WardQuestion.checklist_id == found.id)
        .order_by(WardQuestion.position)
    ).all()
    newest = (
        select(WardAnswer.question_id, func.max(WardAnswer.number).label("number"))
        .group_by(WardAnswer.question_id)
        .subquery()
    )
    rows = work.session.scalars(
        select(WardAnswer).join(
            newest,
            (WardAnswer.question_id == newest.c.question_id)
            & (WardAnswer.number == newest.c.number),
        )
    ).all()
    answers = {row.question_id: row for row in rows}
    proofs = {key: _proofs(work, key) for key in {row.item for row in rows if row.item}}
    return [_read(work, one, answers.get(one.id), proofs) for one in questions]


def _proofs(work: Work, key: str) -> tuple[Proof, ...]:
    if key not in answerable():  # a version before this one had such a line
        return (Proof(False, _s("この答えを示す項目"), _s("いまの版には、ありません。")),)
    return prove(work, items()[key].proofs)


def _read(
    work: Work,
    question: WardQuestion,
    row: WardAnswer | None,
    proofs: Mapping[str, tuple[Proof, ...]],
) -> Asked:
    cells = tuple(question.cells)
    if row is None:
        return Asked(question.id, question.number, question.question, cells)
    texts = opened_values(work.vault, _place(question.id, row.number), row)
    item = row.item or ""
    answered = Answered(
        key=str(question.id),
        group=question.number,
        item=question.question,
        verdict=Verdict(row.verdict),
        answer=texts["answer"],
        evidence=texts["evidence"],
        proofs=proofs.get(item, ()),
        number=row.number,
        written_at=row.written_at,
    )
    return Asked(question.id, question.number, question.question, cells, item, answered)


def reply(work: Work, question_id: int, typed: TypedReply) -> WardAnswer:
    """Save our answer to a question as its next version.

    Raises:
        NotFoundError: the ward's newest file has no such question.
        InputError: no verdict; "yes" without a line that shows it; or a text is missing or too
            long (the code names the field).
        ConflictError: somebody saved a newer version meanwhile; nothing is saved.
        NotAllowedError: the actor has no account.
    """
    by, question = writer(work.actor), _question(work.session, question_id)
    verdict = Verdict.known(typed.verdict)
    if verdict is None:
        raise InputError(_s("できているかどうかを選んでください。"), code="verdict")
    item = typed.item if typed.item in answerable() else ""
    if verdict in CLAIMS and not item:
        raise InputError(
            _s("「できている」と答えるには、それを示す項目を選んでください。"), code="item"
        )
    values = {
        "answer": required(typed.answer, "answer", ANSWER_MAX),
        "evidence": optional(typed.evidence, "evidence", EVIDENCE_MAX),
    }
    if _newest_number(work.session, question.id) != typed.base:
        raise newer()
    number = typed.base + 1
    wrapped, sealed = sealed_values(work.vault, _place(question.id, number), values)
    row = WardAnswer(
        question_id=question.id,
        number=number,
        item=item or None,
        verdict=verdict,
        wrapped_key=wrapped,
        sealed=sealed,
        written_by=by,
        written_at=work.now,
    )
    _add(work.session, row)
    record(work, "ward_checklist.answered", "ward_checklist", question.id, number=number, item=item)
    return row


def _add(session: Session, row: WardAnswer) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise newer() from None


def _question(session: Session, question_id: int) -> WardQuestion:
    found, current = session.get(WardQuestion, question_id), current_checklist(session)
    if found is None or current is None or found.checklist_id != current.id:
        raise NotFoundError(_s("この質問は見つかりませんでした。"))
    return found


def _newest_number(session: Session, question_id: int) -> int:
    newest = select(func.max(WardAnswer.number)).where(WardAnswer.question_id == question_id)
    return session.scalar(newest) or 0


def _place(question_id: int, number: int) -> str:
    return f"ward_checklist:{question_id}:{number}"
