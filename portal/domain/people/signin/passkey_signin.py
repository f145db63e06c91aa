"""Sign in with a passkey: one press and the lock of the device, and nothing typed.

No answer, status or duration reveals whether a passkey is known: an unknown one meets the same
counters, the same statements, the same work and the same sentence as one of an account that is
closed. Slow mode holds nobody up here, since nothing can be guessed.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct
from sqlalchemy import bindparam, select

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.texts import current_locale
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.authn import passkeys, sessions, throttles
from portal.domain.people.authn.attempts import Attempt
from portal.domain.people.authn.ceremonies import (
    CHALLENGE_BYTES,
    Answered,
    counted_by,
    read_answer,
)
from portal.domain.people.authn.models import AuthSession, Passkey
from portal.domain.people.authn.networks import network_keys
from portal.domain.people.authn.party import Party
from portal.domain.people.authn.passkeys import Key
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import login_id_of
from portal.domain.people.households.models import Household
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.signin import slow_mode
from portal.domain.people.signin.attempt import Visitor, is_served, waiting_text
from portal.domain.people.signin.carried import carried, carry
from portal.domain.people.signin.devices import known_device, renew_device
from portal.domain.people.signin.evidence import Item, Right, may
from portal.domain.people.signin.notify import notify_owner
from portal.domain.people.signin.standing import account_at, kept_as

_CONTEXT = "passkey_challenge"
_ONCE = throttles.Limit("t16", 1, 5 * 60)
CHALLENGE_LIFE = timedelta(seconds=_ONCE.seconds)
"""How long a challenge can be answered, once, by the browser that asked for it."""
# built once: every try runs it
_ACCOUNT = (
    select(Credential, Household)
    .join(Household, Household.id == Credential.household_id)
    .where(Credential.id == bindparam("key"))
    .with_for_update(of=Credential)
    .execution_options(populate_existing=True)
)


def _nobodys_key() -> Key:
    """Make a public key whose private one is gone, to compare unknown passkeys with."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    x, y = (one.to_bytes(32) for one in (point.x, point.y))
    cose = bytes.fromhex("a5010203262001215820") + x + bytes.fromhex("225820") + y
    return Key(b"", cose, b"")


_NOBODY = _nobodys_key()


@dataclass(frozen=True, slots=True)
class Challenge:
    """Random bytes that a device signs, and until when (UTC)."""

    bytes: bytes = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """What a browser sent: the device's answer, and the challenge that it was given before."""

    answer: str = field(repr=False)
    challenge: Challenge | None


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that a passkey opened: its ID, and the mark of its browser."""

    token: str = field(repr=False)
    device: str = field(repr=False)


def new_challenge(vault: Vault, now: datetime) -> tuple[Challenge, str]:
    """Make a challenge, and seal it for the browser that asks: nobody else can answer it."""
    made = Challenge(secrets.token_bytes(CHALLENGE_BYTES), now + CHALLENGE_LIFE)
    content: dict[str, Any] = {"bytes": made.bytes.hex(), "until": made.until.timestamp()}
    return made, carry(vault, content, _CONTEXT)


def read_challenge(vault: Vault, sealed: str) -> Challenge | None:
    """Return the challenge that a browser was given; None if we sealed none."""
    content = carried(vault, sealed, _CONTEXT)
    if content is None:
        return None
    until = datetime.fromtimestamp(content["until"], UTC)
    return Challenge(bytes.fromhex(content["bytes"]), until)


def begin(work: Work, address: str) -> Attempt:
    """Count a try of a network.

    Raises:
        ThrottledError: this network must wait.
    """
    near, wide = network_keys(work.vault, address)
    counters = (throttles.NETWORK.of(near), throttles.WIDE_NETWORK.of(wide))
    verdict = throttles.count_in_all(work.session, counters, work.now)
    if not verdict.allowed:
        raise ThrottledError(waiting_text(verdict.retry_at), retry_at=verdict.retry_at)
    return Attempt(None, None, "", counters, matched=True)


def finish(
    work: Work,
    party: Party,
    given: Given,
    visitor: Visitor,
    replaced: AuthSession | None,
) -> Entered | None:
    """Begin a session for the owner of a passkey, in place of ``replaced``.

    Returns None for every refusal, so that the visitor sees no difference.
    """
    found = _compared(work, party, given)
    entered = _enter(work, found, visitor, replaced)
    if entered is None:
        _refuse(work, found.credential)
    return entered


class _Found(Struct, frozen=True):
    """Whose passkey answered, as far as anybody's, and what its device counts if it was right."""

    credential: Credential | None = None
    household: Household | None = None
    passkey: Passkey | None = None
    counted: int | None = None


def _compared(work: Work, party: Party, given: Given) -> _Found:
    challenge = _used_up(work, given.challenge)
    answered = read_answer(given.answer)
    if challenge is None or answered is None:
        return _Found()
    # the account is locked before its passkey is read: whatever ends passkeys locks it too
    passkey_id, credential_id = passkeys.find(work, answered.number)
    row = work.session.execute(_ACCOUNT, {"key": credential_id}).one_or_none()
    credential, household = (row[0], row[1]) if row is not None else (None, None)
    passkey = passkeys.read(work.session, passkey_id)
    counted = _counted(work, party, challenge, answered, passkey)
    return _Found(credential, household, passkey, counted)


def _enter(
    work: Work, found: _Found, visitor: Visitor, replaced: AuthSession | None
) -> Entered | None:
    credential, passkey, counted = found.credential, found.passkey, found.counted
    if credential is None or passkey is None or counted is None or not is_served(found.household):
        return None
    login_id = login_id_of(work.vault, credential)
    known = known_device(work, login_id, visitor.device)
    account = account_at(credential, work.now, known_device=known is not None)
    if not may(_shown(), account, Right.SESSION):
        return None
    passkeys.note_use(work.session, passkey, counted)
    if known is None:
        notify_owner(work, credential, AccountEvent.NEW_DEVICE)
    token = _open(work, credential, replaced)
    return Entered(token, renew_device(work, login_id, known))


def _shown() -> frozenset[Item]:
    return frozenset({Item.PASSKEY})


def _used_up(work: Work, challenge: Challenge | None) -> bytes | None:
    """Use a challenge up; return it unless there is none, it is old, or it was used before."""
    if challenge is None or work.now >= challenge.until:
        return None
    once = _ONCE.of(challenge.bytes.hex()[:32])
    return challenge.bytes if throttles.count_try(work.session, once, work.now).allowed else None


def _counted(
    work: Work, party: Party, challenge: bytes, answered: Answered, passkey: Passkey | None
) -> int | None:
    """Compare an answer with its passkey, or with nobody's; None unless it is right."""
    if passkey is None:
        counted_by(party, challenge, answered, _NOBODY, 0)
        return None
    key = passkeys.opened(work.vault, passkey)
    counted = counted_by(party, challenge, answered, key, passkey.sign_count)
    return counted if passkey.is_in_force(work.now) else None


def _open(work: Work, credential: Credential, replaced: AuthSession | None) -> str:
    credential.locale = current_locale()
    record(
        work.acting_as(Actor(Role.RESIDENT, credential.id)),
        "signin.complete",
        "credential",
        credential.id,
        household_id=credential.household_id,
        by=Item.PASSKEY.value,
    )
    new = sessions.NewSession(
        sessions.Owner(sessions.RESIDENT, credential.id),
        Stage.FULL,
        data=kept_as(_shown(), known_device=True),
        replaces=replaced,
    )
    return sessions.start(work.session, new, work.now)


def _refuse(work: Work, credential: Credential | None) -> None:
    credential_id = credential.id if credential is not None else None
    record(
        work.acting_as(Actor(Role.RESIDENT, credential_id)),
        "signin.passkey_refused",
        "credential",
        credential_id,
        household_id=credential.household_id if credential is not None else None,
    )
    slow_mode.note_failure(work)
