"""An own address: asked for, proved by a code that is mailed there, ended by its owner."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, ThrottledError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, any_same, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.oversight.told.models import StaffMailbox
from portal.domain.oversight.told.states import MAILBOX, MailboxState
from portal.domain.oversight.told.words import code_message
from portal.domain.people.authn.channels import CodeChannel
from portal.domain.people.notices.phones import mask_email, parse_email
from portal.domain.people.notices.services import Outgoing, enqueue
from portal.domain.people.staff.models import StaffUser

CODE_LIFE = timedelta(minutes=15)
BETWEEN_CODES = timedelta(minutes=1)
MOST_TRIES = 5
DIGITS = 6


@dataclass(frozen=True, slots=True)
class OwnMailbox:
    """An own address as its owner sees it: its state, and the address all but covered."""

    state: MailboxState
    masked: str = field(repr=False)


def ask(work: Work, staff: StaffUser, typed: str) -> StaffMailbox:
    """Note an own address and mail a code there; another one ends the one before.

    Raises:
        InputError: it is no address, or not at the domain of one's organization.
        NotAllowedError: the organization has no domain, or the account is not one's own.
        ThrottledError: the last code was asked for less than a minute ago.
    """
    address = parse_email(typed)
    domain = work.program.staff_mail.domain(staff.organization)
    if not domain or work.actor.id != staff.id or not staff.active:
        raise NotAllowedError(_s("この所属では、メールの知らせを使いません。"))
    if address.rpartition("@")[2] != domain:
        raise InputError(
            _s("@%(domain)s で終わる、仕事のメールアドレスを入力してください。")
            % {"domain": domain},
            code="domain",
        )
    row = _locked(work.session, staff.id)
    if row is None:
        row = StaffMailbox(staff_id=staff.id, state=MAILBOX.initial, asked_at=work.now)
        row.changed_at, row.sealed = work.now, b""
        work.session.add(row)
    elif work.now < row.asked_at + BETWEEN_CODES:
        raise ThrottledError(
            _s("番号は、1分に1回まで送れます。少し待ってください。"),
            retry_at=row.asked_at + BETWEEN_CODES,
        )
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row.state = MAILBOX.next(row.state, "ask")
    row.sealed = seal_json(work.vault.kek, {"address": address}, place(staff.id))
    row.code_digest = work.vault.code_digest(place(staff.id), code)
    row.code_until, row.tries = work.now + CODE_LIFE, 0
    row.asked_at = row.changed_at = work.now
    work.session.flush()
    _send_code(work, row, address, code)
    record(work, "staff_mail.asked", "staff_user", staff.id)
    return row


def _send_code(work: Work, row: StaffMailbox, address: str, code: str) -> None:
    key = f"staff-code:{row.id}:{work.now.timestamp():.0f}"
    message = code_message(work.program, code)
    out = Outgoing(
        CodeChannel.EMAIL, "staff.code", address, message, key, None, work.now + CODE_LIFE
    )
    row.message_id = enqueue(work, out).id


def prove(work: Work, staff: StaffUser, typed: str) -> bool:
    """Return whether the code is right, and take the address into use then.

    A wrong one counts against the code.

    Raises:
        WrongStateError: no code is waited for.
    """
    row = _own(work, staff)
    state = MAILBOX.next(row.state, "prove")
    row.tries += 1
    in_time = row.code_until is not None and work.now < row.code_until
    digests = work.vault.code_digests(place(staff.id), "".join(typed.split()))
    stored = row.code_digest or b""
    if row.tries > MOST_TRIES or not in_time or not any_same(stored, digests):
        work.session.flush()
        return False
    row.state, row.code_digest, row.code_until = state, None, None
    row.message_id, row.changed_at = None, work.now
    record(work, "staff_mail.proved", "staff_user", staff.id)
    work.session.flush()
    return True


def end(work: Work, staff: StaffUser) -> None:
    """End the use of an own address, and remove it.

    Raises:
        WrongStateError: there is none.
    """
    close(work, _own(work, staff))


def close(work: Work, row: StaffMailbox) -> None:
    """End a mailbox whose row is locked: its owner wants no mail, or has no account any more."""
    row.state = MAILBOX.next(row.state, "end")
    row.sealed = row.code_digest = row.code_until = None
    row.message_id, row.changed_at = None, work.now
    record(work, "staff_mail.ended", "staff_user", row.staff_id)
    work.session.flush()


def own_mailbox(work: Work, staff_id: int) -> OwnMailbox | None:
    """Return an own address, if one was ever entered and not ended."""
    row = work.session.scalar(select(StaffMailbox).where(StaffMailbox.staff_id == staff_id))
    if row is None or row.sealed is None:
        return None
    return OwnMailbox(MailboxState(row.state), mask_email(address_of(work.vault, row)))


def address_of(vault: Vault, row: StaffMailbox) -> str:
    """Return the address of a mailbox that is not ended.

    Raises:
        IntegrityFaultError: the row was changed or moved.
    """
    opened = unseal_json(vault.kek, row.sealed or b"", place(row.staff_id))
    return str(opened["address"])


def place(staff_id: int) -> str:
    """Return the context to which an account's address and code are bound."""
    return f"staff_mailbox:{staff_id}"


def _own(work: Work, staff: StaffUser) -> StaffMailbox:
    row = _locked(work.session, staff.id)
    if row is None or work.actor.id != staff.id:
        raise NotAllowedError(_s("メールアドレスが、まだありません。"))
    return row


def _locked(session: Session, staff_id: int) -> StaffMailbox | None:
    return session.scalar(
        select(StaffMailbox)
        .where(StaffMailbox.staff_id == staff_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
