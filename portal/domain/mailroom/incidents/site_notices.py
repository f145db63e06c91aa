"""Manage the notices on every page of both sites.

A notice uses a prepared sentence, or texts in all languages. It is published, if it is about an
incident only after a second person confirms it, and can be withdrawn.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, field
from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.secrets_in_text import refuse_coupons, refuse_secrets
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.base import table_of
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.languages import RESIDENT_LOCALES, SOURCE_LOCALE
from portal.domain.foundation.texts import _s, current_locale, read_aloud, use_locale
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.kinds import NoticeKind
from portal.domain.mailroom.incidents.models import Downtime, Incident, SiteNotice
from portal.domain.mailroom.incidents.sentences import PREPARED, sentence
from portal.domain.mailroom.incidents.states import SITE_NOTICE, NoticeState
from portal.domain.mailroom.listing import ListPage

TEXT_MAX = 300
LONGEST = timedelta(days=60)
"""The longest time for which a notice is shown, because people stop reading an old one.

The number is our own choice.
"""
AT_ONCE = 3
ANNOUNCED = 50
PAGE = 20

# built once, on the plain tables: every page of both sites runs it
_N, _D = (table_of(kind) for kind in (SiteNotice, Downtime))
_COMING = (
    select(
        _N.c.kind,
        _N.c.sentence,
        _N.c.texts,
        _N.c.starts_at,
        _N.c.ends_at,
        _D.c.starts_at,
        _D.c.ends_at,
    )
    .outerjoin(_D, _D.c.site_notice_id == _N.c.id)
    .where(_N.c.state == NoticeState.PUBLISHED, _N.c.ends_at > bindparam("now"))
    .order_by(_N.c.starts_at.desc(), _N.c.id.desc())
)
KEPT_SECONDS = 5.0
"""After so long at most every page of every process shows what was published or withdrawn."""


class Shown(Struct, frozen=True):
    """One notice as a reader sees it now.

    ``stop`` is when the planned outage that it announces begins and ends (UTC).
    """

    kind: str
    text: str
    starts_at: datetime
    ends_at: datetime
    stop: tuple[datetime, datetime] | None = None


class Draft(Struct, frozen=True):
    """The content of a notice: a prepared sentence, or own ``texts`` by locale id.

    The end is exclusive (UTC).
    """

    kind: str
    starts_at: datetime
    ends_at: datetime
    sentence: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    incident_id: int | None = None


class NoticeBoard:
    """The notices that the pages of a process show, read once in some seconds and not per page.

    Its threads may use it at once: at worst several read the same.
    """

    def __init__(
        self, seconds: float = KEPT_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Keep what was read for so long, by a clock in seconds; with 0 every page reads."""
        self._seconds, self._clock = seconds, clock
        self._kept: Sequence[Row[*tuple[Any, ...]]] = ()
        self._read_at = -math.inf

    @property
    def is_old(self) -> bool:
        """Whether the notices have to be read before they are shown."""
        return self._clock() >= self._read_at + self._seconds

    def read(self, session: Session, now: datetime) -> None:
        """Read the notices of now and of the next time (UTC)."""
        asked = self._clock()
        self._kept = session.execute(_COMING, {"now": now}).all()
        self._read_at = asked

    def shown(self, now: datetime) -> list[Shown]:
        """Return the notices that every page shows now, newest first, at most three.

        Texts are in the current language.
        """
        found = [row for row in self._kept if row[3] <= now < row[4]][:AT_ONCE]
        return [
            Shown(
                kind,
                _text(name, texts),
                starts_at,
                ends_at,
                (begins, ends) if begins and ends else None,
            )
            for kind, name, texts, starts_at, ends_at, begins, ends in found
        ]


def announced(session: Session, now: datetime) -> list[Shown]:
    """Return what was announced to this day and not withdrawn, newest first, at most fifty.

    Texts are in the current language.
    """
    rows = session.execute(
        select(_N.c.kind, _N.c.sentence, _N.c.texts, _N.c.starts_at, _N.c.ends_at)
        .where(_N.c.state == NoticeState.PUBLISHED, _N.c.starts_at <= now)
        .order_by(_N.c.starts_at.desc(), _N.c.id.desc())
        .limit(ANNOUNCED)
    )
    return [
        Shown(kind, _text(name, texts), starts_at, ends_at)
        for kind, name, texts, starts_at, ends_at in rows
    ]


def _text(name: str | None, texts: Mapping[str, Any]) -> str:
    if name:
        return sentence(name)
    return read_aloud(str(texts.get(current_locale()) or texts.get(SOURCE_LOCALE, "")))


def texts_of(row: SiteNotice) -> dict[str, str]:
    """Return the text of a notice in each of the residents' languages."""
    found: dict[str, str] = {}
    for locale in RESIDENT_LOCALES:
        with use_locale(locale):
            found[locale] = _text(row.sentence, row.texts)
    return found


def write(work: Work, draft: Draft) -> SiteNotice:
    """Write a notice; nobody sees it until it is published.

    Raises:
        InputError: no kind, no text, a missing language, a secret in a text, or impossible times
            (code: the field).
        NotFoundError: there is no such incident.
        NotAllowedError: the actor is no person with an account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("書けるのは、アカウントのある職員だけです。"))
    texts = _checked_texts(work, draft)
    if NoticeKind.known(draft.kind) is None:
        raise InputError(_s("お知らせの種類を選んでください。"), code="kind")
    if draft.ends_at <= max(draft.starts_at, work.now):
        raise InputError(_s("終わりは、始まりと今よりあとにしてください。"), code="ends_on")
    if draft.ends_at - draft.starts_at > LONGEST:
        raise InputError(_s("お知らせを出せるのは、60日までです。"), code="ends_on")
    if draft.incident_id is not None and work.session.get(Incident, draft.incident_id) is None:
        raise NotFoundError(_s("この事故の記録は見つかりませんでした。"))
    row = SiteNotice(
        kind=draft.kind,
        sentence=draft.sentence or None,
        texts=texts,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        incident_id=draft.incident_id,
        written_by=work.actor.id,
        written_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    _record_step(work, row, "written")
    return row


def _checked_texts(work: Work, draft: Draft) -> dict[str, str]:
    texts = {locale: draft.texts.get(locale, "").strip() for locale in RESIDENT_LOCALES}
    if not any(texts.values()):
        if draft.sentence not in PREPARED:
            raise InputError(
                _s("用意された文を選ぶか、自分で文を書いてください。"), code="sentence"
            )
        return {}
    if draft.sentence:
        raise InputError(
            _s("用意された文と自分の文の、どちらかだけにしてください。"), code="sentence"
        )
    for locale, text in texts.items():
        if not text:
            raise InputError(
                _s("自分の文は、6つの言語すべてに書いてください。"), code=field_of(locale)
            )
        if len(text) > TEXT_MAX:
            raise InputError(_s("300文字までで書いてください。"), code=field_of(locale))
        try:
            refuse_secrets(text)
            refuse_coupons(work, text)
        except InputError as error:
            raise InputError(error.message, code=field_of(locale)) from None
    return texts


def field_of(locale: str) -> str:
    """Return the name of the form's field for the text in a language."""
    return "text_" + locale.replace("@", "_").lower()


def publish(work: Work, notice_id: int) -> SiteNotice:
    """Publish a notice; one about an incident waits for a second person.

    Raises:
        NotFoundError: no notice has this key.
        WrongStateError: it was published, proposed or withdrawn before.
    """
    row = locked(work.session, notice_id)
    action = "publish" if row.incident_id is None else "propose"
    row.state = SITE_NOTICE.next(row.state, action)
    if action == "publish":
        row.published_at = work.now
    _record_step(work, row, action)
    return row


def confirm(work: Work, notice_id: int) -> SiteNotice:
    """Publish a proposed notice, as the second person.

    Raises:
        NotFoundError: no notice has this key.
        NotAllowedError: the actor wrote it.
        WrongStateError: it is not proposed.
    """
    row = locked(work.session, notice_id)
    state = SITE_NOTICE.next(row.state, "confirm")
    if work.actor.id is None or work.actor.id == row.written_by:
        raise NotAllowedError(
            _s("自分の書いたお知らせは、自分では承認できません。ほかの人が承認してください。")
        )
    row.state, row.confirmed_by, row.published_at = state, work.actor.id, work.now
    _record_step(work, row, "confirm")
    return row


def withdraw(work: Work, notice_id: int) -> SiteNotice:
    """Take a notice down, or discard a draft.

    Raises:
        NotFoundError: no notice has this key.
        WrongStateError: it was withdrawn before.
    """
    row = locked(work.session, notice_id)
    row.state, row.withdrawn_at = SITE_NOTICE.next(row.state, "withdraw"), work.now
    _record_step(work, row, "withdraw")
    return row


def locked(session: Session, notice_id: int) -> SiteNotice:
    """Return a notice, locked to the end of the transaction.

    Raises:
        NotFoundError: no notice has this key.
    """
    statement = select(SiteNotice).where(SiteNotice.id == notice_id).with_for_update()
    row = session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise _unknown()
    return row


def notice_by_id(session: Session, notice_id: int) -> SiteNotice:
    """Return a notice. Raises NotFoundError."""
    row = session.get(SiteNotice, notice_id)
    if row is None:
        raise _unknown()
    return row


def _unknown() -> NotFoundError:
    return NotFoundError(_s("このお知らせは見つかりませんでした。"))


def notices(
    session: Session, page: ListPage, *, incident_id: int | None = None, waiting: bool = False
) -> list[SiteNotice]:
    """Return a page of the notices, the newest first: all, or about one incident.

    ``waiting``: only those that wait for a second person.
    """
    statement = select(SiteNotice).order_by(SiteNotice.id.desc())
    if incident_id is not None:
        statement = statement.where(SiteNotice.incident_id == incident_id)
    if waiting:
        statement = statement.where(SiteNotice.state == NoticeState.WAITING)
    return list(session.scalars(page.of(statement)))


def waiting_count(session: Session) -> int:
    """Return how many notices wait for a second person."""
    return len(
        session.scalars(select(SiteNotice.id).where(SiteNotice.state == NoticeState.WAITING)).all()
    )


def _record_step(work: Work, row: SiteNotice, action: str) -> None:
    work.session.flush()
    record(
        work,
        f"site_notice.{action}",
        "site_notice",
        row.id,
        kind=row.kind,
        state=row.state,
        sentence=row.sentence or "own",
    )
