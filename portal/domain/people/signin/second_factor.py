"""The second factor of residents: enroll a source of codes, check codes and backup codes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.base import UtcDateTime, table_of
from portal.domain.foundation.errors import NotAllowedError, NotFoundError, ThrottledError
from portal.domain.foundation.texts import _, current_locale
from portal.domain.foundation.wide_reads import Reads, WideRead
from portal.domain.foundation.work import Work
from portal.domain.people.authn import codes, sessions, throttles
from portal.domain.people.authn.backup_codes import use_backup_code
from portal.domain.people.authn.channels import CodeChannel, CodePurpose, SourceState
from portal.domain.people.authn.hold import in_force
from portal.domain.people.authn.models import AuthSession, OtpAuthenticator
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.authn.typed_code import CodeAnswer, CodeEntry, read_code
from portal.domain.people.credentials.formats import read_password
from portal.domain.people.credentials.models import Credential
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.signin.changes import hold_new, require_change, settle
from portal.domain.people.signin.evidence import Item, Right
from portal.domain.people.signin.notify import notify_owner
from portal.domain.people.signin.session_check import (
    LIVING,
    session_key,
)
from portal.domain.people.signin.standing import kept_as, require_step, shown_in
from portal.domain.people.signin.steps import lock_account, lock_step, step_is_over
from portal.domain.people.signin.wrong_codes import after_wrong_code

ORDER = tuple(CodeChannel)
"""Channels in the order in which they are offered."""


class Factors(Struct, frozen=True):
    """The sources of a credential that count, by kind."""

    confirmed: tuple[OtpAuthenticator, ...]

    @classmethod
    def among(cls, rows: Iterable[OtpAuthenticator | None]) -> "Factors":
        """Return those that are in force already, in the order in which they are offered."""
        found = (one for one in rows if one is not None)
        return cls(tuple(sorted(found, key=lambda one: ORDER.index(one.kind))))

    def of(self, kind: str) -> OtpAuthenticator | None:
        """Return the source of a kind."""
        return next((a for a in self.confirmed if a.kind == kind), None)


# built once: every step that asks for a code uses it
_PROVEN = select(OtpAuthenticator).where(
    OtpAuthenticator.credential_id == bindparam("credential_id"),
    in_force(OtpAuthenticator, bindparam("now", type_=UtcDateTime)),
)


_SOURCE = tuple(table_of(OtpAuthenticator).c)
_SOURCE_NAMES = tuple(column.key for column in _SOURCE)
_WITH_SESSION = WideRead(
    LIVING.with_only_columns(*sessions.COLUMNS, *_SOURCE, maintain_column_froms=True).outerjoin(
        OtpAuthenticator,
        and_(
            OtpAuthenticator.credential_id == Credential.id,
            in_force(OtpAuthenticator, bindparam("now", type_=UtcDateTime)),
        ),
    )
)


def with_session(reads: Reads, token: str, now: datetime) -> tuple[AuthSession, Factors] | None:
    """Return the active session of an ID with the sources of its account; None if it ended.

    They are no rows of the transaction: nothing that is changed in them is kept.
    """
    rows = reads.rows(_WITH_SESSION, session_key(token, now))
    if not rows or (auth := sessions.from_row(rows[0], now)) is None:
        return None
    sources = (_source(row[len(sessions.COLUMNS) :]) for row in rows)
    return auth, Factors.among(sources)


def _source(row: Sequence[Any]) -> OtpAuthenticator | None:
    read = dict(zip(_SOURCE_NAMES, row, strict=True))
    return OtpAuthenticator(**read) if read["id"] is not None else None


def factors(
    session: Session, credential_id: int, now: datetime, *, locked: bool = False
) -> Factors:
    """Return the sources of a credential that are in force at an instant (UTC), the app first.

    ``locked`` ones are ready for ``check_locked``.
    """
    if locked:  # those that wait too: a wrong code may change when they count
        found = codes.lock_all(session, credential_id)
        return Factors.among(one for one in found if one.is_in_force(now))
    return Factors.among(session.scalars(_PROVEN, {"credential_id": credential_id, "now": now}))


def pending(session: Session, auth: AuthSession) -> OtpAuthenticator | None:
    """Return the source that this session is enrolling, and no other session of its account.

    None if there is none, or if it is gone or proven already.
    """
    key = auth.data.get("enrolling")
    found = session.get(OtpAuthenticator, key) if key else None
    own = (
        found is not None
        and found.credential_id == auth.owner_id
        and found.state == SourceState.PENDING
    )
    return found if own else None


def enroll(
    work: Work, auth: AuthSession, kind: str, secret: str, allowed: tuple[str, ...]
) -> OtpAuthenticator:
    """Begin to enroll a source of codes, which belongs to this session until it is proven.

    Raises:
        NotAllowedError: the program does not offer this kind, or a loss was reported
            (``door_shut``).
        WrongStateError: the session or its account has gone on.
    """
    if kind not in allowed:
        raise NotAllowedError(_("この方法は、いま使えません。ほかの方法を選んでください。"))
    codes.lock_all(work.session, auth.owner_id or 0)
    credential = lock_step(work, auth, Stage(auth.stage))
    _require_sources(work, auth, credential)
    own = pending(work.session, auth)
    if own is not None and own.kind == kind:
        codes.change_pending(work, own, secret)
    else:
        codes.forget(work.session, [own] if own is not None else [])
        own = codes.add_authenticator(work, credential.id, kind, secret)
    typed = (own.address_digest or b"").hex()
    auth.data = auth.data | {"enrolling": own.id, "kind": kind, "typed": typed}
    return own


def _require_sources(work: Work, auth: AuthSession, credential: Credential) -> None:
    if auth.stage == Stage.FULL:
        require_change(work, auth, credential, Right.CHANGE_SOURCES)
    else:
        require_step(auth, credential, shown_in(auth), Right.FIRST_SIGN_IN, work.now)


def prove(work: Work, auth: AuthSession, typed: str) -> tuple[CodeAnswer, OtpAuthenticator]:
    """Check the code of the source that a session enrolls.

    The right one makes it count at once in a first sign-in, which has nothing to fall back on, and
    otherwise once the hold is over.

    Raises:
        WrongStateError: nothing is being enrolled, or the session or its account has gone on.
    """
    sources = settle(work, auth.owner_id or 0)
    stage = Stage(auth.stage)
    _require_sources(work, auth, lock_step(work, auth, stage))
    source = pending(work.session, auth)
    if source is None:
        raise step_is_over()
    answer = check_locked(work, source, CodeEntry(CodePurpose.ENROLL, typed))
    if answer is CodeAnswer.RIGHT:
        if stage is Stage.FULL:
            hold_new(work, auth, source, sources)
        else:
            source.state, source.confirmed_at = SourceState.CONFIRMED, work.now
        left = {"enrolling", "kind", "typed"}
        auth.data = {key: value for key, value in auth.data.items() if key not in left}
    return answer, source


def check(work: Work, authenticator: OtpAuthenticator, entry: CodeEntry) -> CodeAnswer:
    """Check a typed code against a source of codes of the signed-in credential.

    A wrong code that locks or closes the source has consequences (``after_wrong_code``).

    Raises:
        NotFoundError: it is another credential's.
    """
    _require_own(work, authenticator)
    if read_code(entry.typed).fault is None:
        sources = codes.lock_all(work.session, authenticator.credential_id)
        if authenticator not in sources:
            return CodeAnswer.CLOSED
    return check_locked(work, authenticator, entry)


def _require_own(work: Work, authenticator: OtpAuthenticator) -> None:
    if authenticator.credential_id != work.actor.id:
        raise NotFoundError(_("見つかりませんでした。"))


def check_locked(work: Work, authenticator: OtpAuthenticator, entry: CodeEntry) -> CodeAnswer:
    """Check a typed code as ``check`` does, against a source that ``factors`` read and locked.

    Raises:
        NotFoundError: it is another credential's.
    """
    _require_own(work, authenticator)
    answer = codes.check_locked(work, authenticator, entry)
    credential = work.session.get_one(Credential, authenticator.credential_id)
    by_resident = work.acting_as(Actor(Role.RESIDENT, credential.id))
    if answer.is_try:
        record(
            by_resident,
            f"code.{answer.value}",
            "otp_authenticator",
            authenticator.id,
            household_id=credential.household_id,
            purpose=entry.purpose,
            kind=authenticator.kind,
        )
    if answer is CodeAnswer.RIGHT and entry.purpose is not CodePurpose.SIGN_IN:  # ``step_up`` does
        credential.locale = current_locale()  # later messages use the language of the page
    if answer is CodeAnswer.WRONG:
        after_wrong_code(by_resident, authenticator)
    return answer


def check_backup(work: Work, auth: AuthSession, typed: str) -> bool:
    """Use up one of the ten backup codes instead of a one-time code.

    Raises:
        ThrottledError: ten wrong ones in fifteen minutes.
    """
    credential_id = auth.owner_id or 0
    bucket = throttles.BACKUP_CODES.of(str(credential_id))
    verdict = throttles.count_try(work.session, bucket, work.now)
    if not verdict.allowed:
        raise ThrottledError(
            _("続けて間違えました。少し待ってから、もう一度お試しください。"),
            retry_at=verdict.retry_at,
        )
    right = use_backup_code(work, credential_id, read_password(typed))
    if right:
        throttles.uncount_try(work.session, bucket)
    credential = work.session.get_one(Credential, credential_id)
    record(
        work.acting_as(Actor(Role.RESIDENT, credential_id)),
        "code.backup_used" if right else "code.backup_wrong",
        "credential",
        credential_id,
        household_id=credential.household_id,
    )
    return right


def open_account(work: Work, auth: AuthSession, item: Item, *, known_device: bool) -> str:
    """Open the account after the second proof, as ``step_up`` does, with its errors.

    The owner is told of a browser that never signed in before: a code that was given away to a
    false site opens an account from there (A7 of ``security.md`` §4).
    """
    credential, shown = _take_step(work, auth, item)
    if not known_device:  # first: what it notes about the account is written with what follows
        notify_owner(work, credential, AccountEvent.NEW_DEVICE)
    return _signed_in(work, auth, credential, kept_as(shown, known_device=True))


def step_up(work: Work, auth: AuthSession, item: Item, *, data: Mapping[str, Any]) -> str:
    """Replace this session, which has now shown ``item``, with a fully signed-in one with ``data``.

    Returns its ID.

    Raises:
        WrongStateError: what was shown opens no session; or the session or its account has gone on.
    """
    credential, shown = _take_step(work, auth, item)
    return _signed_in(work, auth, credential, dict(data) | kept_as(shown, known_device=True))


def _take_step(work: Work, auth: AuthSession, item: Item) -> tuple[Credential, frozenset[Item]]:
    """End a session that has now shown ``item``; return its account, locked, and all of that."""
    credential = lock_account(work, auth, Stage(auth.stage))
    shown = shown_in(auth) | {item}
    require_step(auth, credential, shown, Right.SESSION, work.now)
    if not sessions.take_out(work.session, auth):
        raise step_is_over()
    record(
        work.acting_as(Actor(Role.RESIDENT, credential.id)),
        "signin.complete",
        "credential",
        credential.id,
        household_id=credential.household_id,
    )
    return credential, shown


def _signed_in(
    work: Work, auth: AuthSession, credential: Credential, data: Mapping[str, Any]
) -> str:
    """Begin the session that replaces one that was ended by ``_take_step``; return its ID."""
    credential.locale = current_locale()
    new = sessions.NewSession(
        sessions.Owner(sessions.RESIDENT, credential.id),
        sessions.Stage.FULL,
        data=data,
        device=auth.device,
        replaces=auth,
        taken_out=True,
    )
    return sessions.start(work.session, new, work.now)
