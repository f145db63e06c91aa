"""Security keys of the staff: registered by two people, listed, ended, and asked for a proof.

A key is bound to one device that never gives it away. At sign-in, after login and password, and
before a dangerous action it stands in the place of the app's code; the app stays as the way without
it. A key answers the address of the staff site alone, so that a false site gets nothing out of it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.program.day_text import format_month
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions, throttles
from portal.domain.people.authn.ceremonies import (
    CHALLENGE_BYTES,
    Answered,
    ToMake,
    ask_to_make,
    ask_to_sign_in,
    counted_by,
    made_by,
    read_answer,
)
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.party import Party
from portal.domain.people.authn.passkeys import Key
from portal.domain.people.authn.sessions import keep_data
from portal.domain.people.staff import stored_keys
from portal.domain.people.staff.accounts import deciders, require_two
from portal.domain.people.staff.models import StaffKey, StaffUser
from portal.domain.people.staff.sign_in import STAFF_CODE, actor_of, require_allowed
from portal.domain.people.staff.vouching import require_vouched

MOST = 5
"""Keys of an account at once."""
LONGEST_LABEL = 20
MAKING_LIFE = timedelta(minutes=5)
"""For how long a key can be made after two people were there, and a challenge be answered."""
_MAKING, _ASKED = "making_key", "asked_key"
_OWNER_BYTES = 16


@dataclass(frozen=True, slots=True)
class OwnKey:
    """One key of an account; people see its label and the month in which it was made (UTC)."""

    id: int
    label: str = field(repr=False)
    made_at: datetime


def keys_of(work: Work, staff_id: int) -> Sequence[OwnKey]:
    """Return the keys of an account, the oldest first."""
    rows = stored_keys.of_account(work.session, staff_id)
    return [OwnKey(r.id, stored_keys.opened(work.vault, r).name, r.created_at) for r in rows]


def month_text(instant: datetime) -> str:
    """Return the month of an instant, in words of the page's language."""
    return format_month(jst_date(instant))


def begin_making(work: Work, auth: AuthSession, label: str, second: StaffUser | None) -> None:
    """Let a session make a key in the next minutes, with somebody who may vouch for its owner.

    Both have shown a fresh code before.

    Raises:
        InputError: the label is empty or too long.
        NotAllowedError: there is no second person, the account's organization takes others, or it
            has as many keys as it may.
    """
    user = _locked(work, auth)
    people = deciders(work, second)
    require_two(people)
    require_vouched(work, Organization(user.organization), people)
    rows = stored_keys.of_account(work.session, user.id)
    if len(rows) >= MOST:
        raise NotAllowedError(_s("キーは5個までです。使わないものを、さきに消してください。"))
    owners = [stored_keys.opened(work.vault, row).owner for row in rows]
    making = {
        "challenge": secrets.token_hex(CHALLENGE_BYTES),
        "owner": (owners[0] if owners else secrets.token_bytes(_OWNER_BYTES)).hex(),
        "label": _read_label(label),
        "second": people[1].id,
        "until": (work.now + MAKING_LIFE).timestamp(),
    }
    keep_data(work.session, auth, auth.data | {_MAKING: making})


def is_making(auth: AuthSession, now: datetime) -> bool:
    """Return whether a session may make a key at an instant (UTC)."""
    return _noted(auth, _MAKING, now) is not None


def to_make(work: Work, auth: AuthSession, party: Party, name: str) -> str:
    """Return, as JSON, what the browser of a session needs to make a key; ``name`` is shown by it.

    Raises:
        WrongStateError: two people were not there, or too long ago.
    """
    making = _noted(auth, _MAKING, work.now)
    if making is None:
        raise _over()
    rows = stored_keys.of_account(work.session, auth.owner_id or 0)
    known = [stored_keys.opened(work.vault, row).number for row in rows]
    challenge, owner = (bytes.fromhex(making[one]) for one in ("challenge", "owner"))
    return ask_to_make(party, ToMake(name, challenge, owner, known))


def add(work: Work, auth: AuthSession, party: Party, answer: str) -> None:
    """Store the key that a device made; it signs in from now on.

    Raises:
        InputError: the answer is not right for this session and this moment, or the key can be
            copied to other devices.
        WrongStateError: the session has ended.
    """
    user = _locked(work, auth)
    making = _noted(auth, _MAKING, work.now)
    _drop(work, auth, _MAKING)  # one answer to a challenge, right or wrong
    made = None
    if making is not None:
        made = made_by(party, bytes.fromhex(making["challenge"]), answer)
    if making is None or made is None:
        raise InputError(_s("キーを登録できませんでした。はじめから、やりなおしてください。"))
    if not made.bound:
        raise InputError(_s("ほかの端末に写せるキーは使えません。1台だけのキーを使ってください。"))
    key = Key(made.number, made.public, bytes.fromhex(making["owner"]), making["label"])
    row = stored_keys.add(work, user.id, key, sign_count=made.sign_count)
    record(
        work,
        "staff.key_added",
        "staff_user",
        user.id,
        key=row.id,
        confirmed_by=making["second"],
    )


def end(work: Work, staff_id: int, key_id: int) -> None:
    """End one key of an account, at once, by its owner or an administrator.

    Raises:
        NotFoundError: the account has none with this number.
    """
    user = work.session.get(StaffUser, staff_id, with_for_update=True)
    if user is None or not any(
        row.id == key_id for row in stored_keys.of_account(work.session, staff_id)
    ):
        raise NotFoundError(_s("このキーは見つかりませんでした。"))
    stored_keys.forget(work.session, [key_id])
    record(work, "staff.key_ended", "staff_user", user.id, key=key_id)


def ask(work: Work, auth: AuthSession, party: Party) -> str:
    """Return, as JSON, what the browser of a session asks its key, at sign-in or before an act."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    asked = {"challenge": challenge.hex(), "until": (work.now + MAKING_LIFE).timestamp()}
    keep_data(work.session, auth, auth.data | {_ASKED: asked})
    return ask_to_sign_in(party, challenge)


def check(work: Work, auth: AuthSession, party: Party, answer: str, act: str) -> bool:
    """Return whether a key of the account answered here, now, after its own lock.

    Wrong answers count together with wrong codes of the app. ``act`` is the address of what it is
    for, for the record.

    Raises:
        ThrottledError: too many wrong answers and codes.
    """
    user = _locked(work, auth)
    bucket = STAFF_CODE.of(str(user.id))
    require_allowed(throttles.count_try(work.session, bucket, work.now))
    asked = _noted(auth, _ASKED, work.now)
    _drop(work, auth, _ASKED)  # one answer to a challenge, right or wrong
    answered = read_answer(answer)
    owner = work.acting_as(actor_of(user))
    row = None
    if asked is not None and answered is not None:
        row = _answered_by(work, party, user, bytes.fromhex(asked["challenge"]), answered)
    if row is None:
        record(owner, "staff.key_refused", "staff_user", user.id, act=act)
        return False
    throttles.uncount_try(work.session, bucket)
    record(owner, "staff.key_used", "staff_user", user.id, key=row.id, act=act)
    return True


def _answered_by(
    work: Work, party: Party, user: StaffUser, challenge: bytes, answered: Answered
) -> StaffKey | None:
    for row in stored_keys.of_account(work.session, user.id):
        key = stored_keys.opened(work.vault, row)
        if key.number != answered.number:
            continue
        counted = counted_by(party, challenge, answered, key, row.sign_count)
        if counted is None:
            return None
        row.sign_count = counted
        return row
    return None


def _locked(work: Work, auth: AuthSession) -> StaffUser:
    user = work.session.get_one(
        StaffUser, auth.owner_id, with_for_update=True, populate_existing=True
    )
    if not user.active or not sessions.still_there(work.session, auth):
        raise _over()
    return user


def _noted(auth: AuthSession, name: str, now: datetime) -> dict[str, Any] | None:
    noted = auth.data.get(name)
    return noted if isinstance(noted, dict) and now.timestamp() < noted["until"] else None


def _drop(work: Work, auth: AuthSession, name: str) -> None:
    keep_data(work.session, auth, {key: value for key, value in auth.data.items() if key != name})


def _read_label(typed: str) -> str:
    label = " ".join(typed.split())
    if not label or len(label) > LONGEST_LABEL:
        raise InputError(_s("キーの名前を、20文字までで入力してください。"))
    return label


def _over() -> WrongStateError:
    return WrongStateError(_s("この手続きは、もう終わっています。はじめからやりなおしてください。"))
