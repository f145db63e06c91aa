"""A household's passkeys: what it has, and adding and removing one.

Both wait for a day, as every change of how a household signs in (``changes``), and take password
and code: a session that a passkey opened does neither.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.people.authn import passkeys
from portal.domain.people.authn.attempts import Attempt
from portal.domain.people.authn.ceremonies import CHALLENGE_BYTES, ToMake, ask_to_make, made_by
from portal.domain.people.authn.models import AuthSession, Passkey
from portal.domain.people.authn.party import Party
from portal.domain.people.authn.passkeys import Key
from portal.domain.people.authn.sessions import Stage, keep_data
from portal.domain.people.credentials.models import Credential
from portal.domain.people.signin.changes import (
    ChangeKind,
    begin_hold,
    hold_ends,
    note_items,
    require_change,
    settle,
)
from portal.domain.people.signin.evidence import Right
from portal.domain.people.signin.steps import lock_step, step_is_over

MOST = 10
"""Passkeys of a household at once."""
LONGEST_NAME = 20
_MAKING = "passkey"
MAKING_LIFE = timedelta(minutes=5)
"""For how long a passkey can be made after the password was typed."""
_OWNER_BYTES = 16


@dataclass(frozen=True, slots=True)
class OwnPasskey:
    """One passkey of a household.

    Attributes:
        id: Its key.
        name: What the household calls it; perhaps empty.
        made_at: When it was made (UTC); people see the month.
        opens_at: From when it signs in (UTC); None: now.
        ends_at: Until when it does (UTC); None: it stays.
    """

    id: int
    name: str = field(repr=False)
    made_at: datetime
    opens_at: datetime | None
    ends_at: datetime | None


def passkeys_of(work: Work, auth: AuthSession) -> Sequence[OwnPasskey]:
    """Return the passkeys of the account of a session, the oldest first."""
    found = passkeys.of_account(work.session, auth.owner_id or 0)
    return [_shown(work, one) for one in found if one.ends_at is None or one.ends_at > work.now]


def own_passkey(work: Work, auth: AuthSession, passkey_id: int) -> OwnPasskey:
    """Return one passkey of the account of a session.

    Raises:
        NotFoundError: it has none with this key.
    """
    for one in passkeys_of(work, auth):
        if one.id == passkey_id:
            return one
    raise NotFoundError(_("見つかりませんでした。"))


def _shown(work: Work, row: Passkey) -> OwnPasskey:
    waits = row.opens_at is not None and row.opens_at > work.now
    name = passkeys.opened(work.vault, row).name
    return OwnPasskey(row.id, name, row.created_at, row.opens_at if waits else None, row.ends_at)


def begin_making(work: Work, auth: AuthSession, tried: Attempt) -> bool:
    """Let a session make a passkey in the next minutes, if the password that was typed is right.

    Raises:
        NotAllowedError: the account has ten, or gives no change now.
        WrongStateError: the session or the account has gone on, or has shown too little.
    """
    settle(work, auth.owner_id or 0)
    credential = _require(work, auth)
    if not tried.matched or tried.owner_id != credential.id:
        record(
            work.acting_as(Actor(Role.RESIDENT, credential.id)),
            "account.password_wrong",
            "credential",
            credential.id,
            household_id=credential.household_id,
        )
        return False
    tried.uncount(work.session)
    making = {
        "challenge": secrets.token_hex(CHALLENGE_BYTES),
        "owner": _owner(work, auth).hex(),
        "until": (work.now + MAKING_LIFE).timestamp(),
    }
    keep_data(work.session, auth, auth.data | {_MAKING: making})
    return True


def is_making(auth: AuthSession, now: datetime) -> bool:
    """Return whether a session may make a passkey at an instant (UTC)."""
    return _making(auth, now) is not None


def to_make(work: Work, auth: AuthSession, party: Party, name: str) -> str:
    """Return what the browser of a session needs to make a passkey; ``name`` is the site's.

    Raises:
        WrongStateError: the password was not typed again, or too long ago.
    """
    making = _making(auth, work.now)
    if making is None:
        raise step_is_over()
    rows = passkeys.of_account(work.session, auth.owner_id or 0)
    known = [passkeys.opened(work.vault, row).number for row in rows]
    challenge, owner = (bytes.fromhex(making[one]) for one in ("challenge", "owner"))
    return ask_to_make(party, ToMake(name, challenge, owner, known))


def add(work: Work, auth: AuthSession, party: Party, answer: str, name: str) -> None:
    """Store the passkey that a device made; it signs in once the hold is over.

    Raises:
        InputError: the answer is not right for this session and this moment (``answer``), or the
            name is too long (``name``).
        NotAllowedError: the account has ten, or gives no change now.
        WrongStateError: the session or the account has gone on, or has shown too little.
    """
    sources = settle(work, auth.owner_id or 0)
    credential = _require(work, auth)
    name = _read_name(name)
    making = _making(auth, work.now)
    left = {key: value for key, value in auth.data.items() if key != _MAKING}
    keep_data(work.session, auth, left)  # one answer to a challenge, right or wrong
    made = None
    if making is not None:
        made = made_by(party, bytes.fromhex(making["challenge"]), answer)
    if making is None or made is None or passkeys.find(work, made.number) != passkeys.NONE:
        raise _not_made()
    key = Key(made.number, made.public, bytes.fromhex(making["owner"]), name)
    row = passkeys.add(work, credential.id, key, sign_count=made.sign_count)
    row.opens_at = hold_ends(work, sources)
    note_items(auth, [row])
    begin_hold(work, auth, ChangeKind.ADD_PASSKEY)


def remove(work: Work, auth: AuthSession, passkey_id: int) -> None:
    """Let a passkey go once the hold is over; one that waits itself is called off instead.

    Raises:
        NotAllowedError: the account gives no change now.
        NotFoundError: the account has none with this key.
        WrongStateError: the session or the account has gone on, or has shown too little.
    """
    sources = settle(work, auth.owner_id or 0)
    credential = lock_step(work, auth, Stage.FULL)
    require_change(work, auth, credential, Right.CHANGE_SOURCES)
    row = passkeys.read(work.session, passkey_id)
    if row is None or row.credential_id != credential.id or row.opens_at is not None:
        raise NotFoundError(_("見つかりませんでした。"))
    if row.ends_at is not None:
        return  # it goes already
    row.ends_at = hold_ends(work, sources)
    note_items(auth, [row])
    begin_hold(work, auth, ChangeKind.REMOVE_PASSKEY)


def _require(work: Work, auth: AuthSession) -> Credential:
    credential = lock_step(work, auth, Stage.FULL)
    require_change(work, auth, credential, Right.CHANGE_SOURCES)
    if len(passkeys.of_account(work.session, credential.id)) >= MOST:
        raise NotAllowedError(
            _("パスキーは10個までです。さきに、使わないものを消してください。"), code="full"
        )
    return credential


def _making(auth: AuthSession, now: datetime) -> dict[str, Any] | None:
    making = auth.data.get(_MAKING)
    if not isinstance(making, dict) or now.timestamp() >= making["until"]:
        return None
    return making


def _owner(work: Work, auth: AuthSession) -> bytes:
    """Return the account's number for devices: that of its passkeys, or a fresh one."""
    rows = passkeys.of_account(work.session, auth.owner_id or 0)
    known = [passkeys.opened(work.vault, row).owner for row in rows]
    return known[0] if known else secrets.token_bytes(_OWNER_BYTES)


def _read_name(typed: str) -> str:
    name = " ".join(typed.split())
    if len(name) > LONGEST_NAME:
        raise InputError(_("名前は20文字までにしてください。"), code="name")
    return name


def _not_made() -> InputError:
    return InputError(
        _("パスキーを登録できませんでした。はじめから、もう一度お試しください。"), code="answer"
    )
