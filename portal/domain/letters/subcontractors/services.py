"""Propose a subcontractor, record the ward's consent, end the work, and record every file sent."""

import re
from datetime import date

from msgspec import Struct
from sqlalchemy import select
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
from portal.domain.letters.subcontractors.keys import read_key
from portal.domain.letters.subcontractors.kinds import Purpose, SentKind
from portal.domain.letters.subcontractors.models import SentFile, Subcontractor
from portal.domain.letters.subcontractors.states import SUBCONTRACTOR, CompanyState

NAME_MAX, WORK_MAX, NUMBER_MAX, FILE_MAX, CERTIFICATE_MAX = 80, 200, 40, 120, 60
SUBJECT = "subcontractor"


class FileFacts(Struct, frozen=True):
    """The facts about a sent file; ``subject`` and ``subject_id`` name what it was made from."""

    what: str
    file_name: str
    sha256: str
    letters: int = 0
    subject: str | None = None
    subject_id: int | None = None


class Certificate(Struct, frozen=True):
    """A certificate of a company (12①): its number and its last day (JST)."""

    number: str
    until: date


class Company(Struct, frozen=True):
    """A company as typed.

    Attributes:
        name: Its name.
        purpose: What it does (``Purpose``).
        task: What it does, in words.
        public_key: Its public key, or "".
        parent_id: The company that gives it the work; None where we do.
        certificate: Its certificate, if it is known.
        work_until: The last day of its work (JST); None if nobody said.
    """

    name: str
    purpose: str
    task: str
    public_key: str = ""
    parent_id: int | None = None
    certificate: Certificate | None = None
    work_until: date | None = None


def propose_subcontractor(work: Work, company: Company) -> Subcontractor:
    """Enter a company; nothing may be sent to it before the ward consents.

    Raises:
        InputError: a field is missing or too long, or the key is invalid (a mail house needs one);
            the company above it is none that works for us, or a last day is over.
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("登録できるのは、アカウントのある職員だけです。"))
    _check_company(company)
    _check_above(work, company)
    row = Subcontractor(
        name=company.name.strip(),
        purpose=company.purpose,
        work=company.task.strip(),
        public_key=_key(company),
        parent_id=company.parent_id,
        work_until=company.work_until,
        proposed_by=work.actor.id,
        proposed_at=work.now,
    )
    if company.certificate is not None:
        _set_certificate(work, row, company.certificate)
    work.session.add(row)
    work.session.flush()
    record(
        work,
        "subcontractor.proposed",
        SUBJECT,
        row.id,
        purpose=row.purpose,
        under=row.parent_id,
    )
    work.session.flush()
    return row


def _check_company(company: Company) -> None:
    if not 0 < len(company.name.strip()) <= NAME_MAX:
        raise InputError(_s("会社の名前を、80文字までで入力してください。"), code="name")
    if Purpose.known(company.purpose) is None:
        raise InputError(_s("何を頼むかを選んでください。"), code="purpose")
    if not 0 < len(company.task.strip()) <= WORK_MAX:
        raise InputError(_s("頼む仕事を、200文字までで入力してください。"), code="work")


def _check_above(work: Work, company: Company) -> None:
    if company.work_until is not None and company.work_until < jst_date(work.now):
        raise InputError(_s("仕事の終わりの日が、過ぎています。"), code="work_until")
    if company.parent_id is None:
        return
    statement = select(Subcontractor).where(Subcontractor.id == company.parent_id)
    above = work.session.scalar(statement.with_for_update())
    if above is None or not above.can_end:
        raise InputError(_s("いま仕事を頼んでいる会社を選んでください。"), code="parent")


def certify(work: Work, subcontractor_id: int, certificate: Certificate) -> Subcontractor:
    """Record the certificate that a company has now.

    Raises:
        NotFoundError: no subcontractor has this key.
        NotAllowedError: the actor has no account.
        WrongStateError: the work with it was refused or has ended.
        InputError: no number, or a last day that is over; the code names the field.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("登録できるのは、アカウントのある職員だけです。"))
    row = _locked(work.session, subcontractor_id)
    SUBCONTRACTOR.next(row.state, "end")  # whoever may still be ended is at work
    _set_certificate(work, row, certificate)
    record(work, "subcontractor.certified", SUBJECT, row.id, until=certificate.until.isoformat())
    work.session.flush()
    return row


def _set_certificate(work: Work, row: Subcontractor, certificate: Certificate) -> None:
    number = certificate.number.strip()
    if not 0 < len(number) <= CERTIFICATE_MAX:
        raise InputError(_s("認証の番号を、60文字までで入力してください。"), code="certificate_no")
    if certificate.until < jst_date(work.now):
        raise InputError(_s("認証の期限が切れています。"), code="certificate_until")
    row.certificate_no, row.certificate_until = number, certificate.until


def _key(company: Company) -> str | None:
    if not company.public_key.strip() and company.purpose != Purpose.MAIL_HOUSE:
        return None
    try:
        return read_key(company.public_key)
    except InputError as error:
        raise InputError(error.message, code="public_key") from None


def consent(work: Work, subcontractor_id: int, instruction: Instruction) -> Subcontractor:
    """Record the ward's consent with its number and date (clause 16(2)).

    Raises:
        NotFoundError: no subcontractor has this key.
        NotAllowedError: the actor is not of the ward, or entered it.
        InputError: no number, or a day in the future.
        WrongStateError: it was decided or ended before.
        ConflictError: the company above it has no consent (code ``chain``).
    """
    row = _locked(work.session, subcontractor_id)
    actor_id = _ward(row, work.actor)
    if (gap := _without_consent_above(work.session, row, lock=True)) is not None:
        raise ConflictError(
            _s("さきに、上の会社「%(name)s」に、区の承諾が要ります。") % {"name": gap.name},
            code="chain",
        )
    number, day = instruction.number.strip(), instruction.day
    if not 0 < len(number) <= NUMBER_MAX:
        raise InputError(_s("承諾の番号を、40文字までで入力してください。"), code="number")
    if day > jst_date(work.now):
        raise InputError(_s("承諾の日が未来です。日付を確かめてください。"), code="day")
    row.state = SUBCONTRACTOR.next(row.state, "consent")
    row.consent_no, row.consent_on = number, day
    row.decided_by, row.decided_at = actor_id, work.now
    record(work, "subcontractor.consented", SUBJECT, row.id, number=number, day=day.isoformat())
    work.session.flush()
    return row


def refuse(work: Work, subcontractor_id: int) -> Subcontractor:
    """Record that the ward does not consent; errors as for ``consent``."""
    row = _locked(work.session, subcontractor_id)
    actor_id = _ward(row, work.actor)
    row.state = SUBCONTRACTOR.next(row.state, "refuse")
    row.decided_by, row.decided_at = actor_id, work.now
    record(work, "subcontractor.refused", SUBJECT, row.id)
    work.session.flush()
    return row


def end(work: Work, subcontractor_id: int) -> Subcontractor:
    """End the work with a company: from now on nothing is sent to it.

    Raises:
        NotFoundError: no subcontractor has this key.
        NotAllowedError: the actor has no account.
        WrongStateError: it was refused or ended before.
        ConflictError: a company below it is still at work.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("登録できるのは、アカウントのある職員だけです。"))
    row = _locked(work.session, subcontractor_id)
    ended = SUBCONTRACTOR.next(row.state, "end")
    below = select(Subcontractor).where(Subcontractor.parent_id == row.id)
    at_work = [one.name for one in work.session.scalars(below) if one.can_end]
    if at_work:
        raise ConflictError(
            _s("さきに、この会社の再委託先を終わりにしてください: %(names)s")
            % {"names": "、".join(at_work)}
        )
    row.state, row.ended_at = ended, work.now
    record(work, "subcontractor.ended", SUBJECT, row.id)
    work.session.flush()
    return row


def require_consent(
    session: Session, subcontractor_id: int, purpose: Purpose | None = None
) -> Subcontractor:
    """Return a company that files may be sent to now, locked for this transaction.

    Raises:
        NotFoundError: no subcontractor has this key.
        NotAllowedError: without the ward's consent to it and to every company above it, ended, or
            entered for something else (code ``no_consent``).
    """
    row = _found(session, subcontractor_id, lock=True)
    _require_consented(row, purpose)
    if (gap := _without_consent_above(session, row, lock=True)) is not None:
        raise _no_consent(gap)
    return row


def check_consent(session: Session, subcontractor_id: int, purpose: Purpose) -> Subcontractor:
    """Return the same as ``require_consent``, for a check in advance; nothing is locked."""
    row = _found(session, subcontractor_id, lock=False)
    _require_consented(row, purpose)
    if (gap := _without_consent_above(session, row, lock=False)) is not None:
        raise _no_consent(gap)
    return row


def _without_consent_above(
    session: Session, row: Subcontractor, *, lock: bool
) -> Subcontractor | None:
    """Return the nearest company above without the ward's consent; None if each has it."""
    while row.parent_id is not None:
        row = _found(session, row.parent_id, lock=lock)
        if row.state != CompanyState.CONSENTED:
            return row
    return None


def _require_consented(row: Subcontractor, purpose: Purpose | None) -> None:
    if row.state != CompanyState.CONSENTED or row.consent_no is None or row.consent_on is None:
        raise _no_consent(row)
    if purpose is not None and row.purpose != purpose:
        raise NotAllowedError(
            _s("「%(name)s」は、この仕事のために登録されていません。") % {"name": row.name},
            code="no_consent",
        )


def _no_consent(row: Subcontractor) -> NotAllowedError:
    return NotAllowedError(
        _s(
            "「%(name)s」には、区の承諾（番号と日付）がないため、"
            "ファイルを渡せません。さきに「再委託先」の画面で、"
            "区の承諾を受けてください。"
        )
        % {"name": row.name},
        code="no_consent",
    )


def record_sent(work: Work, subcontractor_id: int, facts: FileFacts) -> SentFile:
    """Record that a file is sent to a company; refused without the ward's consent.

    Raises:
        NotFoundError: no subcontractor has this key.
        NotAllowedError: as for ``require_consent``, or the actor has no account.
        InputError: no name, or no SHA-256.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("ファイルを渡せるのは、アカウントのある職員だけです。"))
    row = require_consent(work.session, subcontractor_id)
    _check_facts(facts)
    sent = SentFile(
        subcontractor_id=row.id,
        what=facts.what,
        subject=facts.subject,
        subject_id=facts.subject_id,
        file_name=facts.file_name.strip(),
        sha256=facts.sha256,
        letters=facts.letters,
        consent_no=row.consent_no or "",
        consent_on=row.consent_on,
        sent_by=work.actor.id,
        sent_at=work.now,
    )
    work.session.add(sent)
    work.session.flush()
    record(
        work,
        "subcontractor.file_sent",
        SUBJECT,
        row.id,
        file=sent.id,
        what=sent.what,
        letters=sent.letters,
        sha256=sent.sha256,
    )
    work.session.flush()
    return sent


def _ward(row: Subcontractor, actor: Actor) -> int:
    if actor.id is None or actor.organization is not Organization.WARD:
        raise NotAllowedError(_s("承諾できるのは、区の職員だけです。"))
    if actor.id == row.proposed_by:
        raise NotAllowedError(
            _s("自分の提案は、自分では承認できません。ほかの人が承認してください。")
        )
    return actor.id


def _locked(session: Session, subcontractor_id: int) -> Subcontractor:
    return _found(session, subcontractor_id, lock=True)


def _found(session: Session, subcontractor_id: int, *, lock: bool) -> Subcontractor:
    statement = select(Subcontractor).where(Subcontractor.id == subcontractor_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(statement)
    if row is None:
        raise NotFoundError(_s("この再委託先は見つかりませんでした。"))
    return row


def _check_facts(facts: FileFacts) -> None:
    if SentKind.known(facts.what) is None or not 0 < len(facts.file_name.strip()) <= FILE_MAX:
        raise InputError(_s("ファイルの中身を、120文字までで書いてください。"), code="file_name")
    if not re.fullmatch(r"[0-9a-f]{64}", facts.sha256):
        raise InputError(_s("渡すファイルを選んでください。"), code="file")
