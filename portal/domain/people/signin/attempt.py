"""ID and password: look up and count first, compare outside any transaction, then decide.

No answer, status or duration reveals whether an ID exists: an unknown one meets the same counters,
the same Argon2 work and the same sentence (``security.md`` A4–A6, A23, A24).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session, load_only

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.base import UtcDateTime
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import InputError, ThrottledError
from portal.domain.foundation.program.hours_text import clock_text
from portal.domain.foundation.program.schema import PasswordMode
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions, site_failures, throttles
from portal.domain.people.authn.attempts import Attempt, TypedLogin
from portal.domain.people.authn.hold import in_force
from portal.domain.people.authn.models import AuthSession, OtpAuthenticator
from portal.domain.people.authn.networks import network_keys
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.authn.throttles import Bucket
from portal.domain.people.credentials.formats import has_ten_digits, read_login_id, read_password
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import earlier_login_digests, login_digest
from portal.domain.people.credentials.states import USABLE, CredentialState
from portal.domain.people.households.models import Household
from portal.domain.people.households.states import HouseholdState
from portal.domain.people.signin import slow_mode
from portal.domain.people.signin.changes import settle
from portal.domain.people.signin.devices import known_device
from portal.domain.people.signin.evidence import Item, Right, may_become
from portal.domain.people.signin.second_factor import Factors
from portal.domain.people.signin.slow_mode import Ticket
from portal.domain.people.signin.standing import account_at, kept_as
from portal.domain.people.signin.steps import state_at

# built once: each try runs them
_TYPED = (
    select(Credential)
    .where(Credential.login_digest == bindparam("digest"))
    .options(
        load_only(
            Credential.password_hash,
            Credential.own_password_hash,
            Credential.state,
            Credential.activated_at,
            Credential.reset_at,
        )
    )
)
_OWNER = (
    select(Credential, Household, OtpAuthenticator)
    .join(Household, Household.id == Credential.household_id)
    .outerjoin(
        OtpAuthenticator,
        and_(
            OtpAuthenticator.credential_id == Credential.id,
            in_force(OtpAuthenticator, bindparam("now", type_=UtcDateTime)),
        ),
    )
    .where(Credential.id == bindparam("key"))
    .options(load_only(Household.protected, Household.counter, Household.state))
)


class Visitor(Struct, frozen=True):
    """The client of a sign-in attempt.

    Attributes:
        address: Its network address, never stored in clear.
        device: The cookie that marks it as known.
        ticket: Its wait in slow mode (T5), if it waited.
    """

    address: str
    device: str | None = None
    ticket: Ticket | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that continues with the birth date (first sign-in) or the one-time code.

    Attributes:
        token: Its ID.
        stage: What comes next.
        factors: The sources of codes of its account.
    """

    token: str = field(repr=False)
    stage: Stage
    factors: Factors


def begin(work: Work, typed: TypedLogin, visitor: Visitor, *, waits: bool = True) -> Attempt:
    """Count the attempt and find the hash to compare with.

    Not ``waits``: slow mode does not hold up what opens nothing.

    Raises:
        InputError: the ID has a wrong length or check digit (public arithmetic, so no try is
            counted).
        ThrottledError: this ID, device or network must wait.
        MustWaitError: an unknown device waits first in slow mode; nothing was counted.
    """
    login_id = read_login_id(typed.login)
    if login_id is None:
        raise InputError(login_id_text(typed.login), code="login_id")
    digest = login_digest(work.vault, login_id)
    device = known_device(work, login_id, visitor.device)
    if device is None and waits:
        _wait_in_slow_mode(work, visitor.ticket)
    _bring_tries(work, login_id, digest)
    counters = _counters(work.vault, digest, device, visitor.address)
    _count(work, counters)
    credential = work.session.scalar(_TYPED, {"digest": digest})
    own = credential is not None and _takes_own_password(credential)
    return Attempt(
        owner_id=credential.id if credential is not None else None,
        hashed=_hash_of(work, credential, own=own),
        password=typed.password if own else read_password(typed.password),
        counters=counters,
        known_device=device is not None,
        own_password=own,
    )


def _hash_of(work: Work, credential: Credential | None, *, own: bool) -> str | None:
    if credential is None or own:
        return credential.own_password_hash if credential is not None else None
    state = state_at(credential, work.now)
    mailed = _takes_mailed_password(state, work.program.letter_password_mode)
    return credential.password_hash if mailed else None


def _bring_tries(work: Work, login_id: str, digest: bytes) -> None:
    """Count on where tries of this ID were counted under an earlier search key.

    Those of IDs that exist were brought with the rotation. Of others nobody knows the ID until it
    is typed again, and their answers must not tell them apart.
    """
    own = throttles.UNKNOWN_DEVICE.of(digest.hex())
    for earlier in earlier_login_digests(work.vault, login_id):
        throttles.bring(work.session, throttles.UNKNOWN_DEVICE.of(earlier.hex()), own)


def _wait_in_slow_mode(work: Work, ticket: Ticket | None) -> None:
    # before anything is looked up: a wait says nothing about the ID
    if site_failures.is_slow(work.session, work.now) and not slow_mode.has_waited(work, ticket):
        raise slow_mode.must_wait(work.now)


def _counters(vault: Vault, digest: bytes, device: str | None, address: str) -> tuple[Bucket, ...]:
    own = throttles.KNOWN_DEVICE.of(device) if device else throttles.UNKNOWN_DEVICE.of(digest.hex())
    near, wide = network_keys(vault, address)
    return own, throttles.NETWORK.of(near), throttles.WIDE_NETWORK.of(wide)


def _count(work: Work, counters: tuple[Bucket, ...]) -> None:
    verdict = throttles.count_in_all(work.session, counters, work.now)
    if not verdict.allowed:
        raise ThrottledError(waiting_text(verdict.retry_at), retry_at=verdict.retry_at)


def _takes_own_password(credential: Credential) -> bool:
    if not credential.own_password_hash:
        return False
    if credential.state == CredentialState.SUPERSEDED:
        # compared too: whoever knows the former password may read that a new letter was sent
        return True
    # an own password that was set in an unfinished first sign-in does not count yet
    return credential.state in USABLE and credential.activated_at is not None


def _takes_mailed_password(state: CredentialState, mode: PasswordMode) -> bool:
    return state in {CredentialState.SUPERSEDED, CredentialState.ISSUED} or (
        state == CredentialState.ACTIVE and mode is PasswordMode.REUSABLE
    )


def login_id_text(typed: str) -> str:
    """Return the message for an impossible ID; the check digit is public, so it reveals nothing."""
    if has_ten_digits(typed):
        return _("IDの数字が、どれか違います。手紙のIDを、もう一度たしかめてください。")
    return _("IDは10けたの数字です。手紙のIDを、もう一度たしかめてください。")


def waiting_text(retry_at: datetime | None) -> str:
    """Return the message that says until when to wait.

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
    ) % {"time": clock_text(until.time())}


def finish(work: Work, attempt: Attempt, replaced: AuthSession | None) -> SignedIn | None:
    """Uncount a right attempt and begin a session in place of ``replaced``.

    Returns None for every refusal, so that the visitor sees no difference.
    """
    # An unknown ID is looked up and logged like a known one, so that timing reveals nothing.
    key = {"key": attempt.owner_id or 0, "now": work.now}
    rows = work.session.execute(_OWNER, key).all()
    credential, household, _source = rows[0] if rows else (None, None, None)
    stage = _next_stage(work, attempt, credential) if is_served(household) else None
    if credential is None or stage is None or not attempt.matched:
        _record_refusal(work, credential)
        return None
    _renew_hash(work, attempt)
    if state_at(credential, work.now) != credential.state:
        settle(work, credential.id)
    owner = sessions.Owner(sessions.RESIDENT, credential.id)
    kept = kept_as(password_of(attempt), known_device=attempt.known_device)
    token = sessions.start(
        work.session,
        sessions.NewSession(owner, stage, data=kept, replaces=replaced),
        work.now,
    )
    record(
        work.acting_as(Actor(Role.RESIDENT, credential.id)),
        "signin.password",
        "credential",
        credential.id,
        household_id=credential.household_id,
    )
    # last: everybody behind the same address waits for its row until the transaction ends
    attempt.uncount(work.session)
    return SignedIn(token, stage, Factors.among(row[2] for row in rows))


def counted_in(attempt: Attempt, ticket: slow_mode.Ticket | None) -> tuple[Bucket, ...]:
    """Return where an attempt was counted, and the use of its ticket if it had one."""
    return attempt.counters if ticket is None else (*attempt.counters, slow_mode.use_of(ticket))


def password_of(attempt: Attempt) -> frozenset[Item]:
    """Return which password an attempt tries, as what it shows if it is right."""
    return frozenset({Item.OWN_PASSWORD if attempt.own_password else Item.LETTER})


def _next_stage(work: Work, attempt: Attempt, credential: Credential | None) -> Stage | None:
    """Return what comes after a right password; None if nothing may."""
    if credential is None:
        return None
    account = account_at(credential, work.now, known_device=attempt.known_device)
    steps = ((Right.SESSION, Stage.CODE), (Right.FIRST_SIGN_IN, Stage.BIRTH))
    shown = password_of(attempt)
    return next((stage for right, stage in steps if may_become(shown, account, right)), None)


def _renew_hash(work: Work, attempt: Attempt) -> None:
    """Keep the hash with the newest pepper, unless another password was set meanwhile."""
    if attempt.renewed is None:
        return
    for column in (Credential.password_hash, Credential.own_password_hash):
        work.session.execute(
            update(Credential)
            .where(Credential.id == attempt.owner_id, column == attempt.hashed)
            .values({column: attempt.renewed})
        )


def is_served(household: Household | None) -> bool:
    """Return whether a household may use the site at all (``domain.md`` §2.6)."""
    return (
        household is not None
        and not household.withheld
        and household.state == HouseholdState.ACTIVE
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
    slow_mode.note_failure(work)


def replaced_of(session: Session, attempt: Attempt) -> int | None:
    """Return the household whose new letter replaced the typed credential.

    None unless ID and password were right until then. Whoever does not know the old password gets
    the common answer, and so does a household that may not sign in.
    """
    if not attempt.matched:
        return None
    return session.scalar(
        select(Credential.household_id)
        .join(Household, Household.id == Credential.household_id)
        .where(
            Credential.id == (attempt.owner_id or 0),
            Credential.state == CredentialState.SUPERSEDED,
            Household.protected.is_(False),
            Household.state == HouseholdState.ACTIVE,
        )
    )
