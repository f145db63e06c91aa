"""One-time codes: store sources of codes, make codes to send, check typed ones.

A sent code is random, is valid for ten minutes and five tries, and works once. A new one ends the
one before it: with several at once, each guess would count several times.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal.domain.foundation.base import table_of
from portal.domain.foundation.vault import Vault, any_same, seal, unseal
from portal.domain.foundation.work import Work
from portal.domain.people.authn.channels import CodeChannel, SourceState
from portal.domain.people.authn.hold import closed
from portal.domain.people.authn.models import BackupCode, OneTimeCode, OtpAuthenticator
from portal.domain.people.authn.totp import App
from portal.domain.people.authn.typed_code import DIGITS, CodeAnswer, CodeEntry, read_code

CODE_LIFE = timedelta(minutes=10)
TRIES_PER_CODE = 5
# T6 of security.md §2: ten wrong codes in a row lock for 30 minutes (then 60 …), thirty in all
# close the factor.
CONSECUTIVE_FAILS, TOTAL_FAILS = 10, 30
FIRST_LOCK = timedelta(minutes=30)


def _context(authenticator: OtpAuthenticator) -> bytes:
    return f"otp:{authenticator.credential_id}:{authenticator.kind}".encode()


def add_authenticator(work: Work, credential_id: int, kind: str, secret: str) -> OtpAuthenticator:
    """Store a source of codes that is not proven yet, in a row of its own.

    ``secret`` is an app's base32 secret, or a telephone number or an email address.
    """
    made = OtpAuthenticator(credential_id=credential_id, kind=kind, sealed=b"", created_at=work.now)
    work.session.add(made)
    _put_secret(work, made, secret)
    return made


def change_pending(work: Work, pending: OtpAuthenticator, secret: str) -> None:
    """Give a source that is not proven yet another secret of the same kind.

    A code that went to another address proves nothing about this one.
    """
    before = pending.address_digest
    _put_secret(work, pending, secret)
    if pending.address_digest != before:
        work.session.execute(delete(OneTimeCode).where(OneTimeCode.authenticator_id == pending.id))


def _put_secret(work: Work, source: OtpAuthenticator, secret: str) -> None:
    source.sealed = seal(work.vault.kek, secret.encode(), _context(source))
    is_app = source.kind == CodeChannel.TOTP
    source.address_digest = None if is_app else address_digest(work.vault, secret)
    source.created_at = work.now
    work.session.flush()


def address_digest(vault: Vault, address: str) -> bytes:
    """Return the keyed digest by which an address is recognized."""
    return vault.blind("address", address)


def secret_of(vault: Vault, authenticator: OtpAuthenticator) -> str:
    """Decrypt the app's secret or the address of a source of codes."""
    return unseal(vault.kek, authenticator.sealed, _context(authenticator)).decode()


def new_code(
    work: Work, authenticator: OtpAuthenticator, purpose: str, *, sent_at: datetime | None = None
) -> tuple[OneTimeCode, str]:
    """Make a code to send; from now on it is the only one of its source and purpose that works.

    One that is sent later, at ``sent_at`` (UTC), lives from then.
    """
    begins = sent_at or work.now
    work.session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.authenticator_id == authenticator.id,
            OneTimeCode.purpose == purpose,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > work.now,
        )
        .values(expires_at=work.now)
    )
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = OneTimeCode(
        authenticator_id=authenticator.id,
        purpose=purpose,
        created_at=begins,
        expires_at=begins + CODE_LIFE,
        digest=work.vault.code_digest(f"code:{authenticator.id}:{purpose}", code),
    )
    work.session.add(row)
    work.session.flush()
    return row, code


_LOCKED = (
    select(OtpAuthenticator)
    .where(OtpAuthenticator.id == bindparam("key"))
    .with_for_update()
    .execution_options(populate_existing=True)  # what was read before the lock may be old by now
)


def lock(session: Session, authenticator_id: int) -> OtpAuthenticator | None:
    """Read a source of codes anew and lock it to the end of the transaction; None if it is gone."""
    found: OtpAuthenticator | None = session.scalar(_LOCKED, {"key": authenticator_id})
    return found


_ALL_LOCKED = (
    select(OtpAuthenticator)
    .where(OtpAuthenticator.credential_id == bindparam("credential_id"))
    .order_by(OtpAuthenticator.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def lock_all(session: Session, credential_id: int) -> list[OtpAuthenticator]:
    """Read all sources of codes of a credential anew and lock them.

    Whoever needs the credential's row too locks it after them, as a code that was right does.
    """
    return list(session.scalars(_ALL_LOCKED, {"credential_id": credential_id}))


def check_locked(work: Work, authenticator: OtpAuthenticator, entry: CodeEntry) -> CodeAnswer:
    """Check a typed code against a locked source: count a wrong one, use up the right one."""
    typed_code = read_code(entry.typed)
    if typed_code.fault is not None:
        return typed_code.fault
    if authenticator.state == SourceState.CLOSED:
        return CodeAnswer.CLOSED
    if authenticator.locked_until is not None and authenticator.locked_until > work.now:
        return CodeAnswer.LOCKED
    if authenticator.kind == CodeChannel.TOTP:
        answer = check_app(work, authenticator, typed_code.digits)
    else:
        answer = check_sent(work, authenticator, entry)
    if answer is CodeAnswer.RIGHT:
        if authenticator.fails or authenticator.locks:
            authenticator.fails = authenticator.locks = 0
    elif answer is CodeAnswer.WRONG:
        _count_fail(authenticator, work.now)
    return answer


def _count_fail(authenticator: OtpAuthenticator, now: datetime) -> None:
    authenticator.fails += 1
    authenticator.total_fails += 1
    if authenticator.total_fails >= TOTAL_FAILS:
        authenticator.state = SourceState.CLOSED
    elif authenticator.fails >= CONSECUTIVE_FAILS:
        authenticator.locked_until = now + FIRST_LOCK * 2**authenticator.locks
        authenticator.locks += 1
        authenticator.fails = 0


def end_wait(session: Session, credential_id: int, now: datetime) -> int:
    """End the waiting time of a credential's sources after wrong codes, and return how many waited.

    The total of wrong codes stays counted, so that guessing still ends with a closed source (T6 of
    ``security.md`` §2).
    """
    rows = session.scalars(
        select(OtpAuthenticator)
        .where(OtpAuthenticator.credential_id == credential_id, OtpAuthenticator.locked_until > now)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        row.locked_until, row.fails = None, 0
    return len(rows)


def has_closed(session: Session, credential_id: int) -> bool:
    """Return whether wrong codes closed a proven source of a credential."""
    found = select(OtpAuthenticator.id).where(
        OtpAuthenticator.credential_id == credential_id, closed(OtpAuthenticator)
    )
    return session.scalar(found.limit(1)) is not None


def forget(session: Session, sources: Collection[OtpAuthenticator]) -> None:
    """Delete sources of codes, with their sent codes."""
    if not sources:
        return
    keys = [source.id for source in sources]
    session.execute(delete(OneTimeCode).where(OneTimeCode.authenticator_id.in_(keys)))
    session.execute(delete(OtpAuthenticator).where(OtpAuthenticator.id.in_(keys)))


def forget_unproven(session: Session, before: datetime) -> None:
    """Delete the sources that nobody proved: their sessions ended long ago."""
    old = select(OtpAuthenticator.id).where(
        OtpAuthenticator.state == SourceState.PENDING, OtpAuthenticator.created_at < before
    )
    session.execute(delete(OneTimeCode).where(OneTimeCode.authenticator_id.in_(old)))
    session.execute(delete(OtpAuthenticator).where(OtpAuthenticator.id.in_(old)))


def forget_all(session: Session, credential_id: int) -> None:
    """Delete all sources of codes of a credential, with their sent codes and the backup codes.

    The household enrolls them anew.
    """
    sources = select(OtpAuthenticator.id).where(OtpAuthenticator.credential_id == credential_id)
    session.execute(delete(OneTimeCode).where(OneTimeCode.authenticator_id.in_(sources)))
    session.execute(delete(OtpAuthenticator).where(OtpAuthenticator.credential_id == credential_id))
    forget_backup_codes(session, credential_id)


def forget_backup_codes(session: Session, credential_id: int) -> None:
    """Delete the backup codes of a credential."""
    session.execute(delete(BackupCode).where(BackupCode.credential_id == credential_id))


_AUTHENTICATORS = table_of(OtpAuthenticator)
_BURN = (
    update(_AUTHENTICATORS)
    .where(_AUTHENTICATORS.c.id == bindparam("key"))
    .values(last_step=bindparam("step"))
)


def check_app(work: Work, authenticator: OtpAuthenticator, digits: str) -> CodeAnswer:
    """Check an app's code and use up its time step; a wrong one is not counted here."""
    app = App(secret_of(work.vault, authenticator), authenticator.last_step)
    answer, step = app.check(digits, work.now)
    if step != authenticator.last_step:
        work.session.execute(_BURN, {"key": authenticator.id, "step": step})
        set_committed_value(authenticator, "last_step", step)
    return answer


def good_until(work: Work, authenticator: OtpAuthenticator, purpose: str) -> datetime | None:
    """Return until when the newest sent code of a purpose can be used; None if there is none."""
    return work.session.scalar(
        select(OneTimeCode.expires_at)
        .where(
            OneTimeCode.authenticator_id == authenticator.id,
            OneTimeCode.purpose == purpose,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > work.now,
            OneTimeCode.tries < TRIES_PER_CODE,
        )
        .order_by(OneTimeCode.expires_at.desc())
        .limit(1)
    )


def check_sent(work: Work, authenticator: OtpAuthenticator, entry: CodeEntry) -> CodeAnswer:
    """Check a sent code and use it up; a wrong one counts against the code, not its source."""
    context = f"code:{authenticator.id}:{entry.purpose}"
    digests = work.vault.code_digests(context, read_code(entry.typed).digits)
    rows = work.session.scalars(
        select(OneTimeCode)
        .where(
            OneTimeCode.authenticator_id == authenticator.id,
            OneTimeCode.purpose == entry.purpose,
            OneTimeCode.created_at > work.now - timedelta(hours=1),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    open_rows = [
        r
        for r in rows
        if r.used_at is None and r.expires_at > work.now and r.tries < TRIES_PER_CODE
    ]
    for row in open_rows:
        if any_same(row.digest, digests):
            work.session.execute(
                update(OneTimeCode)
                .where(
                    OneTimeCode.authenticator_id == authenticator.id, OneTimeCode.used_at.is_(None)
                )
                .values(used_at=work.now)
            )
            return CodeAnswer.RIGHT
    for row in open_rows:
        row.tries += 1
    if not open_rows:
        return CodeAnswer.EXPIRED
    if any(any_same(r.digest, digests) for r in rows if r not in open_rows):
        return CodeAnswer.EXPIRED
    return CodeAnswer.WRONG
