"""Changes of how a household signs in: they wait for a day, and the old way can call them off.

A session that changes something keeps all old factors in force until the hold is over (``hold``).
Every other session ends, and the known channels are told that something changes, not what.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, or_, select, union_all
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM, Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.base import UtcDateTime
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import Labeled, _
from portal.domain.foundation.work import Work
from portal.domain.people.authn import codes, passkeys, sessions
from portal.domain.people.authn.channels import SourceState
from portal.domain.people.authn.hold import HOLD, Held
from portal.domain.people.authn.models import AuthSession, OtpAuthenticator, Passkey
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row, move
from portal.domain.people.credentials.states import CredentialState, Door
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.signin.devices import forget_devices
from portal.domain.people.signin.evidence import Account, Item, Right, may, stands, suffices
from portal.domain.people.signin.notify import notify_owner
from portal.domain.people.signin.standing import (
    account_at,
    is_known,
    rests_on_passkey,
    shown_in,
)
from portal.domain.people.signin.steps import lock_step, step_is_over

AT_ONCE = 100


class ChangeKind(Labeled):
    """What waits, in the words of its page: no address and no name."""

    ADD = "add", lambda: _("番号の受け取り方をふやす")
    REPLACE = "replace", lambda: _("番号の受け取り方を、新しいものに変える")
    REMOVE = "remove", lambda: _("番号の受け取り方を消す")
    RESET = "reset", lambda: _("番号の受け取り方を、はじめから登録しなおす")
    ADD_PASSKEY = "add_passkey", lambda: _("パスキーをふやす")
    REMOVE_PASSKEY = "remove_passkey", lambda: _("パスキーを消す")


class WaitingChange(Struct, frozen=True):
    """A change that has no effect yet, and from when it has (UTC)."""

    kind: ChangeKind
    at: datetime


def has_waiting_change() -> ColumnElement[bool]:
    """Return the SQL condition that something waits for an account, at the instant ``now``."""
    now = bindparam("now", type_=UtcDateTime)
    source = select(OtpAuthenticator.id).where(
        OtpAuthenticator.credential_id == Credential.id,
        or_(OtpAuthenticator.opens_at > now, OtpAuthenticator.ends_at > now),
    )
    passkey = select(Passkey.id).where(
        Passkey.credential_id == Credential.id,
        or_(Passkey.opens_at > now, Passkey.ends_at > now),
    )
    return or_(Credential.reset_at > now, source.exists(), passkey.exists())


def waiting_changes(
    session: Session, credential: Credential, now: datetime
) -> Sequence[WaitingChange]:
    """Return what waits for an account, the earliest first."""
    rows = session.scalars(
        select(OtpAuthenticator).where(
            OtpAuthenticator.credential_id == credential.id,
            or_(OtpAuthenticator.opens_at > now, OtpAuthenticator.ends_at > now),
        )
    ).all()
    going = {row.kind: row.ends_at for row in rows if row.ends_at is not None}
    coming = {row.kind: row.opens_at for row in rows if row.opens_at is not None}
    found = [
        WaitingChange(ChangeKind.REPLACE if kind in going else ChangeKind.ADD, at)
        for kind, at in coming.items()
    ]
    found += [
        WaitingChange(ChangeKind.REMOVE, at) for kind, at in going.items() if kind not in coming
    ]
    found += _waiting_passkeys(session, credential, now)
    if credential.reset_at is not None and credential.reset_at > now:
        found.append(WaitingChange(ChangeKind.RESET, credential.reset_at))
    return sorted(found, key=lambda one: one.at)


def _waiting_passkeys(
    session: Session, credential: Credential, now: datetime
) -> list[WaitingChange]:
    found = []
    for one in passkeys.waiting(session, credential.id, now):
        if one.ends_at is not None:
            found.append(WaitingChange(ChangeKind.REMOVE_PASSKEY, one.ends_at))
        elif one.opens_at is not None:
            found.append(WaitingChange(ChangeKind.ADD_PASSKEY, one.opens_at))
    return found


def require_change(work: Work, auth: AuthSession, credential: Credential, right: Right) -> None:
    """Refuse a change of factors that a locked account does not give to its session.

    Raises:
        NotAllowedError: a loss was reported (``door_shut``), or a change of this account waits,
            and what shuts out its owner has to wait too (``change_waits``), or wrong codes closed a
            source, whose owner could not call a change off (``source_closed``).
        WrongStateError: the session has shown too little.
    """
    account = _account_of(work, auth, credential)
    if may(shown_in(auth), account, right):
        return
    if account.door is not Door.OPEN:
        raise NotAllowedError(
            _(
                "手紙か電話をなくしたという届け出があったため、いまは変えられません。"
                "コールセンターにお電話ください。"
            ),
            code="door_shut",
        )
    if suffices(shown_in(auth), right):
        _refuse_for_sources(account)
    raise step_is_over()


def _account_of(work: Work, auth: AuthSession, credential: Credential) -> Account:
    return replace(
        account_at(credential, work.now, known_device=is_known(auth)),
        changing=bool(waiting_changes(work.session, credential, work.now)),
        source_closed=codes.has_closed(work.session, credential.id),
    )


def _refuse_for_sources(account: Account) -> None:
    if account.source_closed:
        raise NotAllowedError(
            _(
                "番号の間違いが続いて止まった受け取り方があるため、いまは変えられません。"
                "コールセンターにお電話ください。"
            ),
            code="source_closed",
        )
    if account.changing:
        raise NotAllowedError(
            _(
                "サインインの方法の変更を待っているあいだは、できません。変更が有効になってから、"
                "または変更を取り消してから、もう一度してください。"
            ),
            code="change_waits",
        )


def hold_new(
    work: Work, auth: AuthSession, source: OtpAuthenticator, all_sources: Iterable[OtpAuthenticator]
) -> None:
    """Let a source that was just proven wait; it replaces one of its kind when its time comes.

    ``all_sources`` are those of the account, locked and settled. Beside one that the counter set in
    silence a new one stays as silent.
    """
    at = hold_ends(work, all_sources)
    twins = [one for one in all_sources if one.kind == source.kind and one.id != source.id]
    codes.forget(work.session, [one for one in twins if one.opens_at is not None])
    replaced = [one for one in twins if one.state == SourceState.CONFIRMED]
    for one in replaced:
        one.ends_at = at
    source.state, source.opens_at, source.confirmed_at = SourceState.WAITING, at, work.now
    source.quiet = any(one.quiet for one in all_sources)
    note_items(auth, [source, *replaced])
    begin_hold(work, auth, ChangeKind.REPLACE if replaced else ChangeKind.ADD)


def hold_ends(work: Work, sources: Iterable[OtpAuthenticator]) -> datetime:
    """Return when the hold of a change is over that begins now.

    It begins once no source is locked by wrong codes: its owner must be able to call it off.
    """
    locks = (one.locked_until for one in sources if one.locked_until is not None)
    return max([work.now, *locks]) + HOLD


def remove(work: Work, auth: AuthSession, kind: str) -> None:
    """Let a source of codes go once the hold is over; until then it is as good as before.

    Raises:
        NotAllowedError: none would remain (what is not in force yet does not count), or a loss
            was reported.
        WrongStateError: the session or the account has gone on.
    """
    sources = settle(work, auth.owner_id or 0)
    credential = lock_step(work, auth, Stage.FULL)
    require_change(work, auth, credential, Right.CHANGE_SOURCES)
    staying = [one for one in sources if one.state == SourceState.CONFIRMED and one.ends_at is None]
    chosen = [one for one in staying if one.kind == kind]
    if len(staying) <= len(chosen):
        raise NotAllowedError(_("最後のひとつは消せません。さきに、ほかの方法を登録してください。"))
    if not chosen:
        return  # it goes already
    for one in chosen:
        one.ends_at = hold_ends(work, sources)
    note_items(auth, chosen)
    begin_hold(work, auth, ChangeKind.REMOVE)


def note_items(auth: AuthSession, factors: Iterable[Held]) -> None:
    """Keep beside each factor that comes or goes what the session has shown."""
    for one in factors:
        one.made_with = " ".join(sorted(shown_in(auth)))


def _made_with(source: OtpAuthenticator) -> frozenset[Item]:
    """Return what a change was made with; nothing if an earlier release did not note it."""
    return frozenset(Item(one) for one in (source.made_with or "").split())


def begin_hold(work: Work, auth: AuthSession, kind: ChangeKind) -> None:
    """End every other session of the account, and tell its owner that something changes."""
    credential = work.session.get_one(Credential, auth.owner_id)
    owner = sessions.Owner(sessions.RESIDENT, credential.id)
    sessions.end_all(work.session, owner, keep=auth.id)
    by_resident = work.acting_as(Actor(Role.RESIDENT, credential.id))
    _note(by_resident, credential, "account.change_held", kind=kind.value)
    notify_owner(work, credential, AccountEvent.CHANGE_HELD)


def hold_reset(work: Work, credential: Credential) -> None:
    """Let two people's decision wait that a household enrolls anew; all its sessions end."""
    credential.reset_at = work.now + HOLD
    credential.changed_at = work.now
    sessions.end_all(work.session, sessions.Owner(sessions.RESIDENT, credential.id))
    _note(work, credential, "credential.reset_held")
    notify_owner(work, credential, AccountEvent.CHANGE_HELD)


def cancel(work: Work, auth: AuthSession) -> bool:
    """Call off whatever waits for the account of a session; every other session ends.

    Returns False if nothing waits any more: what has taken effect stays. A session that a passkey
    alone opened does not keep one that its owner removes: it may be that very passkey.

    Raises:
        WrongStateError: the session or the account has gone on.
    """
    sources = settle(work, auth.owner_id or 0)
    credential = lock_step(work, auth, Stage.FULL)
    if not call_off(work, credential, sources, keeps_passkeys=not rests_on_passkey(auth)):
        return False
    owner = sessions.Owner(sessions.RESIDENT, credential.id)
    sessions.end_all(work.session, owner, keep=auth.id)
    by_resident = work.acting_as(Actor(Role.RESIDENT, credential.id))
    _note(by_resident, credential, "account.change_cancelled")
    notify_owner(work, credential, AccountEvent.CHANGE_CANCELLED)
    return True


def call_off(
    work: Work,
    credential: Credential,
    sources: Iterable[OtpAuthenticator],
    *,
    reset: bool = True,
    keeps_passkeys: bool = True,
) -> bool:
    """Undo what waits for a locked account with its locked sources; return whether any did.

    Not ``reset``: a first sign-in that is to be repeated goes on waiting. Not ``keeps_passkeys``: a
    passkey that is to go still goes.
    """
    coming = [one for one in sources if one.opens_at is not None]
    going = [one for one in sources if one.ends_at is not None and one.opens_at is None]
    codes.forget(work.session, coming)
    for one in going:
        one.ends_at = one.made_with = None
    had_reset = reset and credential.reset_at is not None
    if had_reset:
        credential.reset_at = None
    had_passkeys = _call_off_passkeys(work, credential, keeps=keeps_passkeys)
    return bool(coming or going or had_reset or had_passkeys)


def _call_off_passkeys(work: Work, credential: Credential, *, keeps: bool) -> bool:
    waiting = passkeys.waiting(work.session, credential.id, work.now)
    coming = [one for one in waiting if one.opens_at is not None]
    staying = [one for one in waiting if one.opens_at is None and keeps]
    passkeys.forget(work.session, coming)
    for one in staying:
        one.ends_at = one.made_with = None
    return bool(coming or staying)


def call_off_lost(work: Work, credential: Credential, sources: Iterable[OtpAuthenticator]) -> None:
    """Undo what waits and rests on what was reported lost, and tell the owner.

    The account is locked with its sources, and its door is shut. What was made with other items
    stands: whoever has the letter alone must not be able to undo what the owner does without it.
    """
    door = Door(credential.door)
    weak = [one for one in sources if not stands(_made_with(one), door, Right.CHANGE_SOURCES)]
    reset = not stands(frozenset({Item.CALL_BACK}), door, Right.RESET)
    if call_off(work, credential, weak, reset=reset):
        _note(work, credential, "account.change_cancelled", reason=door.value)
        notify_owner(work, credential, AccountEvent.CHANGE_CANCELLED)


def due_accounts(session: Session, now: datetime) -> Sequence[int]:
    """Return the keys of accounts with a change whose time has come, at most ``AT_ONCE``."""
    due = union_all(
        *(
            select(kind.credential_id).where(or_(kind.opens_at <= now, kind.ends_at <= now))
            for kind in (OtpAuthenticator, Passkey)
        )
    )
    statement = (
        select(Credential.id)
        .where(
            Credential.state == CredentialState.ACTIVE,
            or_(Credential.reset_at <= now, Credential.id.in_(due)),
        )
        .order_by(Credential.id)
        .limit(AT_ONCE)
    )
    return session.scalars(statement).all()


def settle(work: Work, credential_id: int) -> list[OtpAuthenticator]:
    """Carry out the changes of an account whose time has come, and tell its channels.

    Nothing waits for this: until it is done the instants count (``hold``, ``state_at``). Returns
    the sources that are left, locked.
    """
    sources = codes.lock_all(work.session, credential_id)
    credential = lock_row(work.session, credential_id)
    if credential.state != CredentialState.ACTIVE:
        return sources
    _settle_passkeys(work, credential)
    if credential.reset_at is not None and credential.reset_at <= work.now:
        notify_owner(work, credential, AccountEvent.CHANNEL_CHANGED)
        credential.reset_at = None
        move(work.acting_as(SYSTEM), credential, "reset_channel")
        forget_devices(work, credential)
        codes.forget_all(work.session, credential.id)
        return []
    return _settle_sources(work, credential, sources)


def _settle_passkeys(work: Work, credential: Credential) -> None:
    found = passkeys.of_account(work.session, credential.id)
    gone = [one for one in found if one.ends_at is not None and one.ends_at <= work.now]
    come = [one for one in found if one.opens_at is not None and one.opens_at <= work.now]
    if not gone and not come:
        return
    notify_owner(work, credential, AccountEvent.SIGN_IN_CHANGED)
    for one in come:
        one.state, one.opens_at, one.made_with = SourceState.CONFIRMED, None, None
    passkeys.forget(work.session, gone)
    _note(work.acting_as(SYSTEM), credential, "account.change_in_force")


def _settle_sources(
    work: Work, credential: Credential, sources: list[OtpAuthenticator]
) -> list[OtpAuthenticator]:
    gone = [one for one in sources if one.ends_at is not None and one.ends_at <= work.now]
    come = [one for one in sources if one.opens_at is not None and one.opens_at <= work.now]
    if not gone and not come:
        return sources
    notify_owner(work, credential, AccountEvent.CHANNEL_CHANGED)
    codes.forget(work.session, gone)
    for one in come:
        one.state, one.opens_at, one.made_with = SourceState.CONFIRMED, None, None
    _note(work.acting_as(SYSTEM), credential, "account.change_in_force")
    return [one for one in sources if one not in gone]


def _note(work: Work, credential: Credential, action: str, **detail: str) -> None:
    record(
        work,
        action,
        "credential",
        credential.id,
        household_id=credential.household_id,
        sealed=None,
        **detail,
    )
