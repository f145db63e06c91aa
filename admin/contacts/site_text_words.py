"""Words and marks of texts of the residents' pages, and how their form begins."""

from datetime import date

from admin.labels import labels
from admin.marks import Mark, marks
from portal.domain.contacts.site_texts.models import SiteText
from portal.domain.contacts.site_texts.services import field_of
from portal.domain.contacts.site_texts.states import TextState
from portal.domain.contacts.site_texts.text_places import TextPlace
from portal.domain.foundation.languages import RESIDENT_LOCALES, SOURCE_LOCALE
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.texts import _s
from portal.platform.http.forms import Form

place = labels(TextPlace)
state = labels(TextState)
state_mark = marks(
    {
        TextState.WRITTEN: Mark.WAIT,
        TextState.RELEASED: Mark.GOOD,
        TextState.REFUSED: Mark.STOP,
    }
)


def days(row: SiteText) -> str:
    """Return from when and until when a text is shown."""
    if row.last_day is None:
        return _s("%(day)s から") % {"day": row.first_day.isoformat()}
    return f"{row.first_day.isoformat()} – {row.last_day.isoformat()}"


def text(row: SiteText) -> str:
    """Return a text in Japanese; for none, that the product's own stands."""
    return str(row.texts.get(SOURCE_LOCALE, "")) if row.texts else _s("（もとの文にもどす）")


def form_of(shown: LocalText | None, today: date) -> Form:
    """Return the form as it begins: from today on, with what stands there now."""
    values = {"first_day": today.isoformat()}
    if shown is not None:
        values |= {field_of(locale): shown.in_language(locale) for locale in RESIDENT_LOCALES}
    return Form(values)


def nothing_written() -> str:
    """Return what is said of a form without a text."""
    return _s("文を書くか、「もとの文にもどす」を選んでください。")
