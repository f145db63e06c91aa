"""Enter what happened, confirm it, suspend, resume and end it."""

import hashlib
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed_texts import (
    NUMBER_MAX,
    of_the_ward,
    optional,
    past_day,
    required,
    writer,
)
from portal.domain.foundation.vault import seal, seal_json, unseal
from portal.domain.foundation.work import Work
from portal.domain.oversight.registers.kinds import (
    REGISTERS,
    Register,
    RegisterKind,
    Result,
)
from portal.domain.oversight.registers.models import RegisterEntry, RegisterFile
from portal.domain.oversight.registers.states import ENTRY
from portal.domain.people.staff.queries import staff_user

PARTY_MAX, NOTE_MAX, ENTRY_NUMBER_MAX = 200, 500, 60
SUBJECT = "register_entry"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry as typed.

    Attributes:
        kind: The register (``RegisterKind``).
        day: When it happened (JST).
        party: The other party, or what it is about; "" where a staff account stands.
        number: The number of the paper; "" if the register has none.
        until: The last day for which it counts (JST); None if it has none.
        staff_id: The account whose pledge or training it is.
        note: What else is to be known.
        result: How it went (``kinds.Result``); "" if the register has no result.
        document: The file of the document (PDF); None if the register has none.
        follows: The rejected entry that this one repairs; None for a new matter.
    """

    kind: str
    day: date
    party: str = ""
    number: str = ""
    until: date | None = None
    staff_id: int | None = None
    note: str = ""
    result: str = ""
    document: bytes | None = field(default=None, repr=False)
    follows: int | None = None


def place_of(kind: str) -> str:
    """Return the sealing context of an entry's texts."""
    return f"register:{kind}"


def enter(work: Work, new: NewEntry) -> RegisterEntry:
    """Enter what happened.

    Raises:
        InputError: a field is missing, too long or impossible; the code names it.
        NotAllowedError: the actor has no account.
        NotFoundError: this register has no such entry to repair.
        WrongStateError: the entry to repair was not rejected, or was repaired before.
    """
    kind = RegisterKind.known(new.kind)
    if kind is None:
        raise InputError(_s("台帳を選んでください。"), code="kind")
    by, register = writer(work.actor), REGISTERS[kind]
    key, wrapped = work.vault.new_data_key()
    row = RegisterEntry(
        kind=kind.value,
        day=past_day(new.day, "day", work.now),
        until=_until(register, new),
        number=_number(register, new),
        staff_id=_person(work, register, new),
        result=_result(register, new),
        follows_id=new.follows,
        wrapped_key=wrapped,
        sealed=seal_json(key, _texts(register, new), place_of(kind.value)),
        entered_by=by,
        entered_at=work.now,
    )
    document = _document(register, new)
    if new.follows is not None:
        _repaired(work, kind, new.follows)
    if register.ward_confirms:
        row.state = ENTRY.next(ENTRY.initial, "hand_in")
    work.session.add(row)
    work.session.flush()
    if document is not None:
        _keep(work, row.id, document)
    record(work, "register.entered", SUBJECT, row.id, kind=kind.value, follows=new.follows)
    return row


def _result(register: Register, new: NewEntry) -> str | None:
    if not register.has_result:
        return None
    found = Result.known(new.result)
    if found is None:
        raise InputError(_s("結果を選んでください。"), code="result")
    return found.value


def _document(register: Register, new: NewEntry) -> bytes | None:
    if not register.filed:
        return None
    if new.document is None:
        raise InputError(_s("文書のファイル（PDF）を選んでください。"), code="file")
    return new.document


def _repaired(work: Work, kind: RegisterKind, entry_id: int) -> None:
    if _locked(work, entry_id).kind != kind.value:
        raise _unknown()
    _move(work, entry_id, "replace")


def _keep(work: Work, entry_id: int, document: bytes) -> None:
    key, wrapped = work.vault.new_data_key()
    work.session.add(
        RegisterFile(
            entry_id=entry_id,
            sha256=hashlib.sha256(document).hexdigest(),
            size=len(document),
            wrapped_key=wrapped,
            sealed=seal(key, document, _file_place(entry_id)),
        )
    )
    work.session.flush()


def _file_place(entry_id: int) -> bytes:
    return f"register_file:{entry_id}".encode()


def document_of(work: Work, entry_id: int) -> bytes:
    """Return the file of an entry's document (PDF).

    Raises:
        NotFoundError: there is none.
    """
    row = work.session.get(RegisterFile, entry_id)
    if row is None:
        raise _unknown()
    return unseal(work.vault.unwrap(row.wrapped_key), row.sealed, _file_place(entry_id))


def _texts(register: Register, new: NewEntry) -> dict[str, str]:
    party = "" if register.of_a_person else required(new.party, "party", PARTY_MAX)
    return {"party": party, "note": optional(new.note, "note", NOTE_MAX)}


def _number(register: Register, new: NewEntry) -> str | None:
    if register.number is None:
        return None
    return required(new.number, "number", ENTRY_NUMBER_MAX)


def _until(register: Register, new: NewEntry) -> date | None:
    if register.until is None:
        return None
    if new.until is None or new.until < new.day:
        raise InputError(_s("はじめの日より後の日を入力してください。"), code="until")
    if register.longest is not None and new.until > new.day + register.longest:
        raise InputError(
            _s("法律の期限より後です。%(day)s までの日を入力してください。")
            % {"day": (new.day + register.longest).isoformat()},
            code="until",
        )
    return new.until


def _person(work: Work, register: Register, new: NewEntry) -> int | None:
    if not register.of_a_person:
        return None
    found = staff_user(work.session, new.staff_id)
    if found is None:
        raise InputError(_s("職員を選んでください。"), code="staff_id")
    return found.id


def confirm(
    work: Work, entry_id: int, decision: Instruction, *, last_step: bool = False
) -> RegisterEntry:
    """Record that the ward received or accepted what was handed in.

    ``last_step``: the steps of an entry that has some are done.

    Raises:
        NotAllowedError: the actor is not of the ward.
        NotFoundError: there is no such entry.
        WrongStateError: it does not wait for the ward.
        InputError: number or day of the confirmation is missing or impossible, or the entry has
            steps of its own.
    """
    if not last_step:
        _require_no_steps(work, entry_id)
    of_the_ward(work.actor)
    row = _move(work, entry_id, "confirm")
    _decide(work, row, decision)
    return row


def reject(work: Work, entry_id: int, decision: Instruction, until: date) -> RegisterEntry:
    """Record that the ward inspected an entry and rejects it, with the last day for a repaired one.

    Raises:
        NotAllowedError: the actor is not of the ward.
        NotFoundError: there is no such entry.
        WrongStateError: it does not wait for the ward.
        InputError: the ward does not inspect this register; number or day of the decision is
            missing or impossible, or the last day is over; the code names the field.
    """
    of_the_ward(work.actor)
    if not REGISTERS[RegisterKind(_locked(work, entry_id).kind)].inspected:
        raise InputError(_s("この台帳の記録は、検査しません。"), code="state")
    row = _move(work, entry_id, "reject")
    _decide(work, row, decision)
    if until < jst_date(work.now):
        raise InputError(_s("直す期限は、今日からの日を入力してください。"), code="redo_until")
    row.until = until
    work.session.flush()
    return row


def suspend(work: Work, entry_id: int) -> RegisterEntry:
    """Record that a certificate was suspended or lost: the ward is to be consulted (12(1)).

    Raises:
        NotFoundError: there is no such entry.
        WrongStateError: it is not valid now.
        InputError: an entry of this register cannot be suspended.
    """
    if not REGISTERS[RegisterKind(_locked(work, entry_id).kind)].suspends:
        raise InputError(_s("この台帳の記録は、停止できません。"), code="state")
    return _move(work, entry_id, "suspend")


def resume(work: Work, entry_id: int, consultation: Instruction) -> RegisterEntry:
    """Record that a certificate is valid again, with the consultation with the ward.

    Raises:
        NotFoundError: there is no such entry.
        WrongStateError: it is not suspended.
        InputError: number or day of the consultation is missing or impossible.
    """
    row = _move(work, entry_id, "resume")
    _decide(work, row, consultation)
    return row


def end(work: Work, entry_id: int, *, last_step: bool = False) -> RegisterEntry:
    """Record that an entry counts no longer: replaced, entered by mistake, or over.

    ``last_step``: as for ``confirm``.

    Raises:
        NotFoundError: there is no such entry.
        WrongStateError: the ward confirmed it, or it ended before.
        InputError: the entry has steps of its own.
    """
    if not last_step:
        _require_no_steps(work, entry_id)
    return _move(work, entry_id, "end")


def _require_no_steps(work: Work, entry_id: int) -> None:
    if REGISTERS[RegisterKind(_locked(work, entry_id).kind)].stepped:
        raise InputError(
            _s("この請求は、「本人からの請求」の画面で進めて、そこで終わらせてください。"),
            code="state",
        )


def require_waiting(work: Work, entry_id: int, kind: RegisterKind) -> RegisterEntry:
    """Return an entry of this register that the ward has not confirmed yet, locked.

    Raises:
        NotFoundError: there is no such entry.
        WrongStateError: it does not wait for the ward any more.
    """
    row = _locked(work, entry_id)
    if row.kind != kind.value:
        raise _unknown()
    ENTRY.next(row.state, "confirm")
    return row


def _decide(work: Work, row: RegisterEntry, decision: Instruction) -> None:
    row.decision_no = required(decision.number, "decision_no", NUMBER_MAX)
    if decision.day > jst_date(work.now):
        raise InputError(_s("未来の日付です。日付を確かめてください。"), code="decision_on")
    row.decision_on = decision.day
    work.session.flush()


def _move(work: Work, entry_id: int, action: str) -> RegisterEntry:
    by, row = writer(work.actor), _locked(work, entry_id)
    row.state = ENTRY.next(row.state, action)
    row.changed_by, row.changed_at = by, work.now
    record(work, f"register.{action}", SUBJECT, row.id, kind=row.kind)
    return row


def _locked(work: Work, entry_id: int) -> RegisterEntry:
    statement = select(RegisterEntry).where(RegisterEntry.id == entry_id).with_for_update()
    row = work.session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise _unknown()
    return row


def _unknown() -> NotFoundError:
    return NotFoundError(_s("この記録は見つかりませんでした。"))
