"""Propose a version to the ward, record its decision, and require it before anything is printed."""

import hashlib

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.documents.models import DocumentUse, DocumentVersion
from portal.domain.letters.documents.states import DOCUMENT, LIVING, DocumentState

LABEL_MAX, NUMBER_MAX, MOST_BYTES = 60, 40, 5_000_000
SUBJECT = "document"


def digest_of(content: bytes) -> str:
    """Return the SHA-256 by which a content is approved."""
    return hashlib.sha256(content).hexdigest()


class Draft(Struct, frozen=True):
    """A document in its current form: its file, the version's name for people, and a specimen.

    ``specimen`` is a PDF that shows the texts on paper, with invented people.
    """

    kind: str
    file_name: str
    content: bytes
    label: str
    specimen: bytes | None = None


def propose(work: Work, draft: Draft) -> DocumentVersion:
    """Store a draft as the next version of its kind, for the ward to decide.

    Raises:
        InputError: a missing or too long label; an empty or too large content.
        ConflictError: this content is proposed or approved already.
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("登録できるのは、アカウントのある職員だけです。"))
    _check(draft)
    digest = digest_of(draft.content)
    if living(work.session, draft.kind, digest) is not None:
        raise _known()
    row = DocumentVersion(
        kind=draft.kind,
        number=_next_number(work.session, draft.kind),
        label=draft.label.strip(),
        file_name=draft.file_name,
        sha256=digest,
        content=draft.content,
        specimen=draft.specimen,
        proposed_by=work.actor.id,
        proposed_at=work.now,
    )
    _insert(work.session, row)
    record(
        work, "document.proposed", SUBJECT, row.id, kind=row.kind, number=row.number, sha256=digest
    )
    work.session.flush()
    return row


def _check(draft: Draft) -> None:
    if not 0 < len(draft.label.strip()) <= LABEL_MAX:
        raise InputError(_s("版の名前を、60文字までで入力してください。"), code="label")
    if not 0 < len(draft.content) <= MOST_BYTES:
        raise InputError(_s("中身が空か、大きすぎます。"), code="content")


def _insert(session: Session, row: DocumentVersion) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise _known() from None


def _next_number(session: Session, kind: str) -> int:
    highest = select(func.max(DocumentVersion.number)).where(DocumentVersion.kind == kind)
    return (session.scalar(highest) or 0) + 1


def approve(work: Work, version_id: int, instruction: Instruction) -> DocumentVersion:
    """Approve a version as the ward, with the number and day of its instruction.

    Raises:
        NotFoundError: no version has this key.
        NotAllowedError: the actor is not of the ward, or proposed it.
        InputError: no number, or a day in the future.
        WrongStateError: it was decided before.
    """
    row = _locked(work.session, version_id)
    actor_id = _ward(row, work.actor)
    number = instruction.number.strip()
    if not 0 < len(number) <= NUMBER_MAX:
        raise InputError(_s("区の指示書の番号を、40文字までで入力してください。"), code="number")
    if instruction.day > jst_date(work.now):
        raise InputError(_s("未来の日付です。日付を確かめてください。"), code="day")
    row.state = DOCUMENT.next(row.state, "approve")
    row.instruction_no, row.instruction_on = number, instruction.day
    row.decided_by, row.decided_at = actor_id, work.now
    record(
        work,
        "document.approved",
        SUBJECT,
        row.id,
        kind=row.kind,
        number=row.number,
        sha256=row.sha256,
        instruction=number,
        day=instruction.day.isoformat(),
    )
    work.session.flush()
    return row


def refuse(work: Work, version_id: int) -> DocumentVersion:
    """Reject a version as the ward; errors as for ``approve``."""
    return _decide(work, version_id, "refuse")


def revoke(work: Work, version_id: int) -> DocumentVersion:
    """Revoke an approval as the ward; errors as for ``approve``."""
    return _decide(work, version_id, "revoke")


def _decide(work: Work, version_id: int, action: str) -> DocumentVersion:
    row = _locked(work.session, version_id)
    actor_id = _ward(row, work.actor)
    row.state = DOCUMENT.next(row.state, action)
    row.decided_by, row.decided_at = actor_id, work.now
    record(work, f"document.{row.state}", SUBJECT, row.id, kind=row.kind, number=row.number)
    work.session.flush()
    return row


def living(session: Session, kind: str, digest: str) -> DocumentVersion | None:
    """Return the proposed or approved version of a content."""
    return session.scalar(
        select(DocumentVersion).where(
            DocumentVersion.kind == kind,
            DocumentVersion.sha256 == digest,
            DocumentVersion.state.in_(LIVING),
        )
    )


def require_approval(session: Session, kind: str, digest: str) -> DocumentVersion:
    """Return the approved version of a content.

    Raises:
        NotAllowedError: the ward did not approve this content (code ``not_approved``).
    """
    found = living(session, kind, digest)
    if found is None or found.state != DocumentState.APPROVED:
        raise NotAllowedError(
            _s(
                "この文は、まだ区が承認していないため、印刷しません。「区の文書」"
                "の画面で登録し、区の承認を受けてください。"
            ),
            code="not_approved",
        )
    return found


def record_use(session: Session, use: DocumentUse) -> None:
    """Record the use of a version; recording it again changes nothing."""
    known = session.scalar(
        select(DocumentUse.id).where(
            DocumentUse.version_id == use.version_id,
            DocumentUse.subject == use.subject,
            DocumentUse.subject_id == use.subject_id,
        )
    )
    if known is None:
        session.add(use)
        session.flush()


def _ward(row: DocumentVersion, actor: Actor) -> int:
    if actor.id is None or actor.organization is not Organization.WARD:
        raise NotAllowedError(_s("文書を承認できるのは、区の職員だけです。"))
    if actor.id == row.proposed_by:
        raise NotAllowedError(
            _s("自分が登録した文書は、自分では承認できません。ほかの人が承認してください。")
        )
    return actor.id


def _locked(session: Session, version_id: int) -> DocumentVersion:
    row = session.get(DocumentVersion, version_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この文書は見つかりませんでした。"))
    return row


def _known() -> ConflictError:
    return ConflictError(_s("同じ中身の版が、もう登録されています。"), code="known")
