"""Write a text for the residents' pages; another person, of the ward, releases it."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct, field

from portal.domain.contacts.site_texts.models import SiteText
from portal.domain.contacts.site_texts.plain_text import check_text
from portal.domain.contacts.site_texts.queries import unknown
from portal.domain.contacts.site_texts.states import SITE_TEXT
from portal.domain.contacts.site_texts.text_places import TextPlace
from portal.domain.contacts.ward_decides import WardDecides
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError, WrongStateError
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.staff.permissions import Permission

BY_THE_WARD = WardDecides(
    table=SiteText,
    states=SITE_TEXT,
    writer=lambda row: row.written_by,
    permission=Permission.RELEASE_SITE_TEXTS,
    unknown=unknown,
    own=lambda: _s("自分の書いた文です。区のほかの担当が決めます。"),
)


class Draft(Struct, frozen=True):
    """What was written for a place (the word of a ``TextPlace``).

    ``texts`` by locale id; all empty: back to the product's own text. ``last_day`` is included;
    None: until another text follows.
    """

    place: str
    first_day: date
    last_day: date | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


def field_of(locale: str) -> str:
    """Return the name of the form's field for the text in a language."""
    return "text_" + locale.replace("@", "_").lower()


def write(work: Work, draft: Draft) -> SiteText:
    """Write a text; nobody sees it until another person releases it.

    Raises:
        InputError: no place, a language is missing, a text that may not stand there, or days in the
            wrong order or over (code: the field).
        NotAllowedError: the actor is no person with an account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("書けるのは、アカウントのある職員だけです。"))
    place = TextPlace.known(draft.place)
    if place is None:
        raise InputError(_s("文を出す場所を選んでください。"), code="place")
    if draft.first_day < jst_date(work.now):
        raise InputError(_s("今日か、これからの日にしてください。"), code="first_day")
    if draft.last_day is not None and draft.last_day < draft.first_day:
        raise InputError(_s("終わりの日は、始まりの日かそのあとにしてください。"), code="last_day")
    row = SiteText(
        place=place.value,
        texts=_checked(work, place, draft.texts),
        first_day=draft.first_day,
        last_day=draft.last_day,
        written_by=work.actor.id,
        written_at=work.now,
    )
    work.session.add(row)
    _record_step(work, row, "written")
    return row


def _checked(work: Work, place: TextPlace, typed: Mapping[str, str]) -> dict[str, str]:
    texts = {
        locale: typed.get(locale, "").replace("\r\n", "\n").strip() for locale in RESIDENT_LOCALES
    }
    if not any(texts.values()):
        return {}
    for locale, text in texts.items():
        if not text:
            raise InputError(
                _s("6つの言語すべてに書くか、すべて空けてください。"), code=field_of(locale)
            )
        try:
            check_text(work, place, locale, text)
        except InputError as error:
            raise InputError(error.message, code=field_of(locale)) from None
    return texts


def release(work: Work, text_id: int) -> SiteText:
    """Show a text from its first day on, for the ward and as the second person.

    Raises:
        NotAllowedError: the actor wrote it, or is not of the ward.
        NotFoundError: no text has this key.
        WrongStateError: it does not wait, or its last day is over.
    """
    row = BY_THE_WARD.decided(work, text_id, "release")
    if row.last_day is not None and row.last_day < jst_date(work.now):
        raise WrongStateError(_s("終わりの日が過ぎました。断って、もう一度書いてください。"))
    row.released_by, row.released_at = work.actor.id, work.now
    _record_step(work, row, "released")
    return row


def refuse(work: Work, text_id: int) -> SiteText:
    """Refuse a text, for the ward.

    Raises:
        NotAllowedError: the actor wrote it, or is not of the ward.
        NotFoundError: no text has this key.
        WrongStateError: it does not wait.
    """
    row = BY_THE_WARD.refused(work, text_id)
    _record_step(work, row, "refused")
    return row


def take_back(work: Work, text_id: int) -> SiteText:
    """Take a text down at once: what was released before, or the product's own, stands again.

    One's own that waits, or for the ward any. It needs no second person, so that a wrong text is
    gone within a minute.

    Raises:
        NotAllowedError: the actor is neither of the ward nor the one who wrote it.
        NotFoundError: no text has this key.
        WrongStateError: it was refused or taken back before.
    """
    row = BY_THE_WARD.taken_back(work, text_id)
    _record_step(work, row, "taken_back")
    return row


def _record_step(work: Work, row: SiteText, action: str) -> None:
    work.session.flush()
    record(
        work,
        f"site_text.{action}",
        "site_text",
        row.id,
        place=row.place,
        state=row.state,
        own="" if row.texts else "product",
    )
