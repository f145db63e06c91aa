"""What of a household is there for whom, and unmasking fields: logged and counted.

The limits are those of T10 and A11 in ``security.md``.
"""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import not_, select, true
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import DomainError, NotFoundError, ThrottledError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn import throttles
from portal.domain.people.households.models import Household

OPEN_FOR = timedelta(minutes=15)
SHOWN_FOR = timedelta(minutes=5)
UNMASK_HOUR = throttles.Limit("t10u", 60, 3600)
MISSING_HOUR = throttles.Limit("t10n", 20, 3600)
"""Who asks for more keys without a household than this in an hour is trying out which there are."""


class Reason(Labeled):
    """The reasons for opening a household."""

    INQUIRY = "inquiry", lambda: _s("問い合わせへの対応")
    REQUEST = "request", lambda: _s("依頼・届け出の処理")
    HOLD = "hold", lambda: _s("保留の確認")
    RETURNED = "returned", lambda: _s("返送された郵便の確認")
    CHECK = "check", lambda: _s("データの確認")
    OTHER = "other", lambda: _s("そのほか（下に書く）")


class Part(Labeled):
    """Fields masked until revealed."""

    NAME = "name", lambda: _s("世帯主の名前")
    ADDRESS = "address", lambda: _s("住所")
    BIRTH = "birth", lambda: _s("世帯主の生年月日")
    CHILDREN = "children", lambda: _s("こどもの名前と生年月日")
    LOGIN_ID = "login_id", lambda: _s("手紙のID")
    NOTES = "notes", lambda: _s("電話とメモの内容")


class Missing(Struct, frozen=True):
    """A household that is not there for the reader; ``protected`` is for the log alone."""

    household_id: int
    protected: bool


def visible(session: Session, household_id: int, *, include_protected: bool) -> Household | Missing:
    """Return a household's row, if there is one that the reader may know of.

    The row of one that is kept from the reader is never loaded, so that it takes the time that an
    absent one takes.
    """
    known = true() if include_protected else not_(Household.protected)
    found = session.scalar(select(Household).where(Household.id == household_id, known))
    if found is not None:
        return found
    protected = session.scalar(select(Household.protected).where(Household.id == household_id))
    return Missing(household_id, protected=bool(protected))


def existing(session: Session, household_id: int) -> Household:
    """Return the household's row.

    Raises:
        NotFoundError: there is no such household.
    """
    found = session.get(Household, household_id)
    if found is None:
        raise unknown()
    return found


def unknown() -> NotFoundError:
    """Return the error for a household that does not exist."""
    return NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))


def unmask(work: Work, household: Household, part: Part, reason: Reason) -> datetime:
    """Log that fields are unmasked; return until when (UTC) they stay so.

    An unusually high number is logged as such.
    """
    record(
        work,
        "household.unmasked",
        "household",
        household.id,
        household_id=household.id,
        part=part.value,
        reason=reason.value,
    )
    count_unmasking(work)
    return work.now + SHOWN_FOR


def count_unmasking(work: Work) -> None:
    """Count an unmasking of fields; more than sixty an hour are logged as unusual."""
    if not throttles.count_try(work.session, UNMASK_HOUR.of(str(work.actor.id)), work.now).allowed:
        record(work, "staff.unusual_browsing", "staff_user", work.actor.id, what="unmask")


def note_missing(work: Work, asked: Missing, *, call_id: int | None = None) -> DomainError:
    """Log and count that a household was asked for that is not there for the actor.

    A protected one and one that does not exist are the same work and the same answer, so that
    neither words nor time tell them apart; only the log knows.

    Returns:
        What to answer: that it is not found, or after too many that the actor must wait.
    """
    if asked.protected:
        record_protected_request(work, asked.household_id, call_id=call_id)
    else:
        record(work, "household.absent_asked", "household", asked.household_id, call=call_id)
    verdict = throttles.count_try(work.session, MISSING_HOUR.of(str(work.actor.id)), work.now)
    if verdict.allowed:
        return unknown()
    record(work, "staff.unusual_browsing", "staff_user", work.actor.id, what="missing")
    return ThrottledError(
        _s("ない世帯を続けて開こうとしたため、しばらく開けません。検索からやりなおしてください。"),
        retry_at=verdict.retry_at,
    )


def record_protected_request(work: Work, household_id: int, *, call_id: int | None = None) -> None:
    """Log that somebody without the permission asked for a protected household.

    ``call_id`` is the call in which this happened, if any.
    """
    record(
        work,
        "household.protected_asked",
        "household",
        household_id,
        household_id=household_id,
        call=call_id,
    )
