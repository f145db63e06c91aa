"""ID and password: look up and count first, compare outside any transaction, then decide.

No answer, status or duration tells whether an ID exists: an unknown one meets the same counters,
the same Argon2 work and the same sentence (``security.md`` A4–A6, A23, A24).
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import InputError, ThrottledError
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions, throttles
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.networks import network_keys
from portal.domain.people.credentials.formats import read_login_id, read_password
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import login_digest
from portal.domain.people.households.models import Household

DEVICE_LIFE = timedelta(days=400)
REUSABLE, SUPERSEDED = "reusable", "superseded"
USABLE = frozenset({"issued", "active"})
STAGE_BIRTH, STAGE_CHANNEL, STAGE_CODE, STAGE_FULL = "birth", "channel", "code", "full"
Counters = tuple[tuple[throttles.Limit, str], ...]


@dataclass(frozen=True, slots=True)
class Visitor:
    """The client of a sign-in attempt: network address (never stored in clear) and device cookie."""

    address: str
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted try: what to compare with, and the counters that a right one is given back to."""

    credential_id: int | None
    hashed: str | None = field(repr=False)
    password: str = field(repr=False)
    counters: Counters = ()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that continues with the birth date (first sign-in) or the one-time code."""

    token: str = field(repr=False)
    stage: str


def device_token(vault: Vault, digest: bytes) -> str:
    """Return a cookie that marks this browser as known for one ID, and for no other."""
    name = secrets.token_hex(8)
    return f"{name}.{vault.sign('device', name + digest.hex())}"


def known_device(vault: Vault, digest: bytes, token: str | None) -> str | None:
    """Return the device's name if the cookie was made for this ID."""
    name, _dot, signature = (token or "").partition(".")
    expected = vault.sign("device", name + digest.hex())
    return name if secrets.compare_digest(signature.encode(), expected.encode()) else None


def begin(
    work: Work, typed_id: str, typed_password: str, visitor: Visitor, *, mode: str
) -> Attempt:
    """Count the try and find what to compare with.

    Raises:
        InputError: the ID has a wrong length or check digit (public arithmetic, so no try is
            counted).
        ThrottledError: this ID, device or network must wait.
    """
    login_id = read_login_id(typed_id)
    if login_id is None:
        raise InputError(login_id_text(), code="login_id")
    digest = login_digest(work.vault, login_id)
    device = known_device(work.vault, digest, visitor.device)
    near, wide = network_keys(work.vault, visitor.address)
    own = (throttles.KNOWN_DEVICE, device) if device else (throttles.UNKNOWN_DEVICE, digest.hex())
    counters = (own, (throttles.NETWORK, near), (throttles.WIDE_NETWORK, wide))
    _count(work, counters)
    credential = work.session.scalar(select(Credential).where(Credential.login_digest == digest))
    if credential is None:
        return Attempt(None, None, read_password(typed_password), counters)
    if _takes_own_password(credential):
        return Attempt(credential.id, credential.own_password_hash, typed_password, counters)
    hashed = credential.password_hash if _takes_mailed_password(credential, mode) else None
    return Attempt(credential.id, hashed, read_password(typed_password), counters)


def _count(work: Work, counters: Counters) -> None:
    for place, (limit, key) in enumerate(counters):
        verdict = throttles.take(work.session, limit, key, work.now)
        if not verdict.allowed:
            # nothing was compared: an exhausted network costs its members no tries
            for counted in counters[:place]:
                throttles.give_back(work.session, *counted)
            raise ThrottledError(waiting_text(verdict.retry_at), retry_at=verdict.retry_at)


def _takes_own_password(credential: Credential) -> bool:
    if not credential.own_password_hash:
        return False
    if credential.state == SUPERSEDED:
        # compared too: whoever knows the former password may read that a new letter was sent
        return True
    # an own password that was set in an unfinished first sign-in does not count yet
    return credential.state in USABLE and credential.activated_at is not None


def _takes_mailed_password(credential: Credential, mode: str) -> bool:
    return credential.state in {SUPERSEDED, "issued"} or (
        credential.state == "active" and mode == REUSABLE
    )


def login_id_text() -> str:
    """Return the message for an impossible ID; the check digit is public, so it reveals nothing."""
    return _("IDは10けたの数字です。手紙のIDを、もう一度たしかめてください。")


def waiting_text(retry_at: datetime | None) -> str:
    """Return the message that tells until when to wait.

    Without an instant, only the call center can help.
    """
    if retry_at is None:
        return _(
            "何度も間違えたため、このIDではサインインできなくなりました。"
            "コールセンターにお電話ください。"
        )
    until = (retry_at + timedelta(seconds=59)).astimezone(JST)
    return _(
        "続けて間違えたため、%(time)sまで待ってから、もう一度お試しください。"
        "お急ぎのときは、コールセンターにお電話ください。"
    ) % {"time": f"{until:%H:%M}"}


def give_back(session: Session, attempt: Attempt) -> None:
    """Uncount a try that was right, or that could not be compared because the machine was busy."""
    for limit, key in attempt.counters:
        throttles.give_back(session, limit, key)


def finish(
    work: Work,
    attempt: Attempt,
    replaced: AuthSession | None,
    *,
    matched: bool,
    device: str | None = None,
) -> SignedIn | None:
    """Give a right try back and begin a session.

    Returns None for every kind of wrong; the visitor sees no difference.
    """
    # An unknown ID is looked up and logged like a known one, so that the duration tells nothing.
    credential = work.session.get(Credential, attempt.credential_id or 0)
    household = work.session.get(Household, credential.household_id if credential else 0)
    if credential is None or not (matched and _may_sign_in(credential, household)):
        _record_refusal(work, credential)
        return None
    give_back(work.session, attempt)
    stage = STAGE_CODE if credential.state == "active" else STAGE_BIRTH
    token = sessions.start(
        work.session,
        sessions.RESIDENT,
        stage,
        credential.id,
        work.now,
        replaces=replaced,
        device=device,
    )
    record(
        work.acting_as(Actor(Role.RESIDENT, credential.id)),
        "signin.password",
        "credential",
        credential.id,
        household_id=credential.household_id,
    )
    return SignedIn(token, stage)


def _may_sign_in(credential: Credential, household: Household | None) -> bool:
    return (
        credential.state in USABLE
        and household is not None
        and not household.withheld
        and household.state == "active"
    )


def _record_refusal(work: Work, credential: Credential | None) -> None:
    credential_id = credential.id if credential else None
    record(
        work.acting_as(Actor(Role.RESIDENT, credential_id)),
        "signin.refused",
        "credential",
        credential_id,
        household_id=credential.household_id if credential else None,
    )


def replaced_of(session: Session, attempt: Attempt, *, matched: bool) -> int | None:
    """Return the household whose new letter replaced the typed credential.

    None unless ID and password were right until then. Whoever does not know the old password gets
    the common answer, and so does a household that may not sign in.
    """
    if not matched:
        return None
    return session.scalar(
        select(Credential.household_id)
        .join(Household, Household.id == Credential.household_id)
        .where(
            Credential.id == (attempt.credential_id or 0),
            Credential.state == SUPERSEDED,
            Household.protected.is_(False),
            Household.state == "active",
        )
    )
