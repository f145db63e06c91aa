"""Opens requests, claims them for review, moves them on and closes them.

Each step increments the version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.base import insert_at_once
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, NotFoundError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, _s, current_locale
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.people.tasks.services import new_receipt_no
from portal.domain.requests.requests.decisions import Reply
from portal.domain.requests.requests.fields import WrittenForm
from portal.domain.requests.requests.kinds import RequestKind, Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import REQUEST, RequestState

R = TypeVar("R")
CLAIM = timedelta(minutes=15)
"""How long a claim keeps others away; opening the request again renews it."""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request that is to be opened.

    Attributes:
        kind: What it asks for.
        household_id: Whose it is; None where nobody knows (yet).
        children: How many children it concerns.
        amount_yen: Their amounts together.
        written: What the requester wrote, as the kind's form seals it.
        received_at: The instant that counts for the deadline (UTC); None for now.
        warnings: What the reviewer must look at.
        receipt_no: A number that the caller made before; "" for a new one.
    """

    kind: RequestKind
    household_id: int | None
    children: int = 0
    amount_yen: int = 0
    written: Mapping[str, Any] | None = field(default=None, repr=False)
    received_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    receipt_no: str = ""


def open_request(work: Work, new: NewRequest) -> Request:
    """Open a request and give it a receipt number; what was written on it is sealed.

    An actor of the staff is recorded as the person who entered it: nobody accepts an own entry.
    """
    receipt_no = new.receipt_no or new_receipt_no()
    received_at = new.received_at or work.now
    key, wrapped = work.vault.new_data_key() if new.written else (b"", None)
    sealed = seal_json(key, dict(new.written), f"request:{receipt_no}") if new.written else None
    row = Request(
        receipt_no=receipt_no,
        kind=new.kind.value,
        household_id=new.household_id,
        channel=work.actor.channel.value,
        entered_by=work.actor.id if work.actor.organization is not None else None,
        language=current_locale(),
        received_at=received_at,
        created_at=work.now,
        changed_at=work.now,
        due_on=due_day(work.program, received_at),
        warnings=list(new.warnings),
        warned=bool(new.warnings),
        children=new.children,
        amount_yen=new.amount_yen,
        wrapped_key=wrapped,
        sealed=sealed,
        state=REQUEST.initial,
        version=1,
        ward_only=False,
    )
    insert_at_once(work.session, row)
    record(work, "request.opened", "request", row.id, household_id=row.household_id, kind=row.kind)
    return row


def due_day(program: Program, received_at: datetime) -> date:
    """Return the business day (JST) by which a request received then should be reviewed."""
    day = jst_date(received_at)
    left = program.requests.due_business_days
    while left:
        day += timedelta(days=1)
        left -= program.calendar.is_business_day(day)
    return day


def written_in(vault: Vault, row: Request, form: WrittenForm[R]) -> R:
    """Return what the requester wrote as the record of the kind; an empty one for nothing."""
    return form.open(written_values(vault, row))


def telephone_in(vault: Vault, row: Request) -> str:
    """Return the telephone number on a request of any kind; "" where there is none."""
    return str(written_values(vault, row).get("telephone", ""))


def written_values(vault: Vault, row: Request) -> dict[str, Any]:
    """Return what the requester wrote, as it is stored; an empty dict for nothing."""
    if row.sealed is None or row.wrapped_key is None:
        return {}
    opened: dict[str, Any] = unseal_json(
        vault.unwrap(row.wrapped_key), row.sealed, f"request:{row.receipt_no}"
    )
    return opened


def set_written(vault: Vault, row: Request, written: Mapping[str, Any]) -> None:
    """Replace what the requester wrote (a correction), sealed under the request's key."""
    if row.wrapped_key is None:
        key, row.wrapped_key = vault.new_data_key()
    else:
        key = vault.unwrap(row.wrapped_key)
    row.sealed = seal_json(key, dict(written), f"request:{row.receipt_no}")


def set_reply(vault: Vault, row: Request, reply: Reply) -> None:
    """Store the reply that the resident will read; its text is sealed."""
    key, wrapped = (
        (vault.unwrap(row.wrapped_key), row.wrapped_key)
        if row.wrapped_key
        else vault.new_data_key()
    )
    row.wrapped_key, row.reply = wrapped, reply.reason
    row.reply_sealed = seal_json(key, {"text": reply.text}, f"reply:{row.receipt_no}")


def reply_of(vault: Vault, row: Request) -> str:
    """Return the text that the resident reads about a return or a refusal."""
    if row.reply_sealed is None or row.wrapped_key is None:
        return ""
    opened = unseal_json(vault.unwrap(row.wrapped_key), row.reply_sealed, f"reply:{row.receipt_no}")
    return str(opened["text"])


def locked(session: Session, request_id: int) -> Request:
    """Return the row, fresh and locked to the end of the transaction.

    Raises:
        NotFoundError: there is none of that key.
    """
    row = session.get(Request, request_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_("この申請は見つかりませんでした。"))
    return row


def move(work: Work, row: Request, action: str, **detail: Any) -> Request:
    """Take one step of the machine on a locked row and log it; ``close`` ends a request.

    Raises WrongStateError.
    """
    before = row.state
    row.state = REQUEST.next(before, action)
    row.version += 1
    row.changed_at = work.now
    row.claimed_by, row.claimed_until = None, None
    record(
        work,
        f"request.{action}",
        "request",
        row.id,
        household_id=row.household_id,
        kind=row.kind,
        before=before,
        after=row.state,
        result=row.result,
        **detail,
    )
    work.session.flush()
    return row


def close(work: Work, row: Request, result: Result, **detail: Any) -> Request:
    """Close a locked request, or give a closed one another result. Raises WrongStateError."""
    action = "reclose" if row.state == RequestState.CLOSED else "close"
    REQUEST.next(row.state, action)
    row.result, row.closed_at = result.value, work.now
    return move(work, row, action, **detail)


def warn(row: Request, warnings: tuple[str, ...], now: datetime) -> None:
    """Set the warnings (code words) of a locked request."""
    row.warnings, row.warned = list(warnings), bool(warnings)
    touch(row, now)


def touch(row: Request, now: datetime) -> None:
    """Mark a locked request as changed without a step, so that an old page cannot decide it."""
    row.version += 1
    row.changed_at = now


def claim(work: Work, request_id: int) -> Request:
    """Reserve a request for one reviewer for ``CLAIM``; the same person renews it.

    Raises:
        NotFoundError: there is none of that key.
        ConflictError: another person is deciding it now.
    """
    row = locked(work.session, request_id)
    if (
        row.claimed_by not in {None, work.actor.id}
        and row.claimed_until is not None
        and row.claimed_until > work.now
    ):
        raise ConflictError(_s("ほかの人が審査中です。次の申請へ進んでください。"), code="claimed")
    if row.claimed_by != work.actor.id:
        record(work, "request.claimed", "request", row.id, household_id=row.household_id)
    row.claimed_by, row.claimed_until = work.actor.id, work.now + CLAIM
    work.session.flush()
    return row


def release(work: Work, request_id: int) -> None:
    """Release the actor's own claim; another person's stays. Raises NotFoundError."""
    row = locked(work.session, request_id)
    if row.claimed_by == work.actor.id:
        row.claimed_by, row.claimed_until = None, None
        record(work, "request.released", "request", row.id, household_id=row.household_id)
        work.session.flush()


def for_decision(work: Work, request_id: int, version: int) -> Request:
    """Return the locked request for a decision made on a page that showed ``version``.

    Raises:
        NotFoundError: there is none of that key.
        ConflictError: it changed since (``changed``), or another person is deciding it
            (``claimed``).
    """
    row = claim(work, request_id)
    if row.version != version:
        raise ConflictError(
            _s(
                "この申請は、画面を開いたあとに変わりました。変わったところを確かめて、"
                "もう一度決めてください。"
            ),
            code="changed",
        )
    return row
