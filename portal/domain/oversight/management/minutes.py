"""Minutes of meetings: every save is a version, and the ward confirms the newest (clause 9(2))."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed_texts import (
    LONG,
    SHORT,
    of_the_ward,
    optional,
    past_day,
    required,
    writer,
)
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.models import Minutes, MinutesVersion
from portal.domain.oversight.management.sealed import opened_values, sealed_values
from portal.domain.oversight.management.states import MINUTES, OLD, MinutesState

FIELDS = {"place": SHORT, "attendees": 400, "subject": 200, "decisions": LONG, "open_items": LONG}
MAY_BE_EMPTY = {"open_items"}
PAGE = 20


class MinutesText(Struct, frozen=True):
    """One version of minutes with its texts."""

    minutes_id: int
    state: MinutesState
    version: MinutesVersion
    texts: Mapping[str, str]

    @property
    def is_draft(self) -> bool:
        """Whether this is the newest version, and the ward has not confirmed it."""
        return self.state is MinutesState.DRAFT

    @property
    def is_old(self) -> bool:
        """Whether a newer version exists."""
        return self.state is OLD


class TypedMinutes(Struct, frozen=True):
    """Minutes as typed, by field; ``base`` is the version that was edited, 0 for a new meeting."""

    held_on: date
    texts: Mapping[str, str]
    base: int = 0


def write(work: Work, minutes_id: int | None, typed: TypedMinutes) -> Minutes:
    """Save minutes as a new version; ``minutes_id`` is None for those of a new meeting.

    Raises:
        NotFoundError: there are no such minutes.
        InputError: a text is missing or too long, or the meeting is in the future; the code names
            the field.
        WrongStateError: the minutes are confirmed; they must be revised first.
        ConflictError: somebody saved a newer version meanwhile; nothing is saved.
        NotAllowedError: the actor has no account.
    """
    texts = _checked(typed.texts)
    held_on = past_day(typed.held_on, "held_on", work.now)
    by = writer(work.actor)
    if minutes_id is None:
        row = _started(work.session, held_on)
    else:
        row = _edited(work, minutes_id, typed.base)
    row.version += 1
    row.held_on = held_on
    wrapped, sealed = sealed_values(work.vault, _place(row.id, row.version), texts)
    work.session.add(
        MinutesVersion(
            minutes_id=row.id,
            number=row.version,
            held_on=held_on,
            wrapped_key=wrapped,
            sealed=sealed,
            written_by=by,
            written_at=work.now,
        )
    )
    record(work, "minutes.written", "minutes", row.id, number=row.version)
    work.session.flush()
    return row


def _checked(typed: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name, most in FIELDS.items():
        check = optional if name in MAY_BE_EMPTY else required
        found[name] = check(typed.get(name, ""), name, most)
    return found


def _started(session: Session, held_on: date) -> Minutes:
    row = Minutes(held_on=held_on, version=0, state=MINUTES.initial)
    session.add(row)
    session.flush()
    return row


def _edited(work: Work, minutes_id: int, base: int) -> Minutes:
    """Return the locked minutes for a next version; refuse an outdated base."""
    row = _locked(work.session, minutes_id)
    row.state = MINUTES.next(row.state, "write")
    if row.version != base:
        raise ConflictError(
            _s("ほかの人が新しい版を保存しました。新しい版を見て、もう一度入力してください。"),
            code="newer",
        )
    return row


def confirm(work: Work, minutes_id: int, number: int) -> Minutes:
    """Confirm the version that was read, as a person of the ward.

    Raises:
        NotFoundError: there are no such minutes.
        NotAllowedError: the actor is not of the ward, or wrote this version.
        WrongStateError: the minutes are confirmed already.
        ConflictError: there is a newer version, or this one was confirmed before the minutes were
            reopened.
    """
    by = of_the_ward(work.actor)
    row = _locked(work.session, minutes_id)
    row.state = MINUTES.next(row.state, "confirm")
    if row.version != number:
        raise ConflictError(
            _s("新しい版があります。新しい版を読んでから、確認してください。"), code="newer"
        )
    version = _version(work.session, minutes_id, number)
    if version.written_by == by:
        raise NotAllowedError(
            _s("自分が書いた議事録は、自分では確認できません。ほかの人が確認してください。")
        )
    if version.confirmed_at is not None:
        raise ConflictError(
            _s("この版は確認ずみです。直した版ができてから、確認してください。"), code="newer"
        )
    version.confirmed_by, version.confirmed_at = by, work.now
    record(work, "minutes.confirmed", "minutes", row.id, number=number)
    work.session.flush()
    return row


def revise(work: Work, minutes_id: int) -> Minutes:
    """Reopen confirmed minutes; the confirmed version stays as it is.

    Raises:
        NotFoundError: there are no such minutes.
        WrongStateError: the minutes are not confirmed.
        NotAllowedError: the actor has no account.
    """
    writer(work.actor)
    row = _locked(work.session, minutes_id)
    row.state = MINUTES.next(row.state, "revise")
    record(work, "minutes.revised", "minutes", row.id, number=row.version)
    work.session.flush()
    return row


def meetings(work: Work, limit: int | None = PAGE) -> list[MinutesText]:
    """Return the newest version of every meeting's minutes, the newest meeting first."""
    rows = work.session.scalars(
        select(Minutes).order_by(Minutes.held_on.desc(), Minutes.id.desc()).limit(limit)
    ).all()
    return [_written(work.vault, row, _version(work.session, row.id, row.version)) for row in rows]


def one(work: Work, minutes_id: int, number: int | None = None) -> MinutesText:
    """Return one version of minutes, by default the newest. Raises NotFoundError."""
    row = work.session.get(Minutes, minutes_id)
    if row is None:
        raise _missing()
    return _written(work.vault, row, _version(work.session, minutes_id, number or row.version))


def versions(session: Session, minutes_id: int, limit: int | None = PAGE) -> list[MinutesVersion]:
    """Return the versions of minutes, newest first."""
    statement = select(MinutesVersion).where(MinutesVersion.minutes_id == minutes_id)
    return list(session.scalars(statement.order_by(MinutesVersion.number.desc()).limit(limit)))


def _written(vault: Vault, row: Minutes, version: MinutesVersion) -> MinutesText:
    texts = opened_values(vault, _place(row.id, version.number), version)
    state = MinutesState(row.state) if version.number == row.version else OLD
    return MinutesText(row.id, state, version, texts)


def _version(session: Session, minutes_id: int, number: int) -> MinutesVersion:
    found = session.scalar(
        select(MinutesVersion).where(
            MinutesVersion.minutes_id == minutes_id, MinutesVersion.number == number
        )
    )
    if found is None:
        raise _missing()
    return found


def _locked(session: Session, minutes_id: int) -> Minutes:
    row = session.get(Minutes, minutes_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise _missing()
    return row


def _missing() -> NotFoundError:
    return NotFoundError(_s("この議事録は見つかりませんでした。"))


def _place(minutes_id: int, number: int) -> str:
    return f"minutes:{minutes_id}:{number}"
