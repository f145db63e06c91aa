"""Pages of site notices: write them, preview them in all languages, publish and withdraw them."""

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import number_in_address, post_key, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.incidents import incident_words
from admin.page import Page
from admin.typed_instants import typed_instant
from portal.domain.foundation.audit.services import earlier_result, keep_result
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents import site_notices
from portal.domain.mailroom.incidents.kinds import NoticeKind
from portal.domain.mailroom.incidents.models import SiteNotice
from portal.domain.mailroom.incidents.sentences import PREPARED, sentence
from portal.domain.mailroom.incidents.site_notices import Draft, field_of
from portal.domain.mailroom.incidents.states import SITE_NOTICE, NoticeState
from portal.domain.mailroom.listing import ListPage
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.http.locale import CODE_OF, NAMES, html_lang
from portal.platform.view import View

FIELDS = frozenset(
    {"kind", "sentence", "starts_on", "ends_on", *(field_of(locale) for locale in RESIDENT_LOCALES)}
)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 else 1


class SiteNoticesView(View, frozen=True):
    """What ``admin/mailroom/incidents/site_notices.html`` shows."""

    rows: Sequence[SiteNotice]
    more: bool
    number: int
    waiting: bool
    incident_words: ModuleType
    names: Mapping[int, str]
    said: str
    text_of: Callable[[SiteNotice], str]


def show_list(page: Page) -> Response[Any]:
    """List notices, all or those that wait for a second person, the newest first."""
    number = _number(page.query.get("page", ""))
    most = site_notices.PAGE
    waiting = page.query.get("state") == NoticeState.WAITING
    rows = site_notices.notices(page.session, ListPage(number, most + 1), waiting=waiting)
    return page.render(
        "admin/mailroom/incidents/site_notices.html",
        SiteNoticesView(
            rows=rows[:most],
            more=len(rows) > most,
            number=number,
            waiting=waiting,
            incident_words=incident_words,
            names=staff_names(page.session, {row.written_by for row in rows}),
            said=page.query.get("said", ""),
            text_of=lambda row: site_notices.texts_of(row)["ja"],
        ),
    )


class SiteNoticeNewView(View, frozen=True):
    """What ``admin/mailroom/incidents/site_notice_new.html`` shows."""

    kinds: tuple[str, ...]
    prepared: Mapping[str, tuple[NoticeKind, Callable[[], str]]]
    sentence: Callable[[str], str]
    chosen: str
    incident_words: ModuleType
    incident: str
    languages_of_residents: Sequence[tuple[str, str]]


def show_new(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the form for a new notice: its text, and from when until when it is shown."""
    return page.render(
        "admin/mailroom/incidents/site_notice_new.html",
        SiteNoticeNewView(
            kinds=tuple(NoticeKind),
            prepared=PREPARED,
            sentence=sentence,
            chosen=page.form.get("sentence") or page.query.get("sentence", ""),
            incident_words=incident_words,
            incident=_incident(page),
            languages_of_residents=[
                (field_of(locale), NAMES[CODE_OF[locale]]) for locale in RESIDENT_LOCALES
            ],
        ),
        status_code,
    )


def _incident(page: Page) -> str:
    typed = page.form.get("incident") or page.query.get("incident", "")
    return typed if typed.isascii() and typed.isdigit() and len(typed) < 16 else ""


def submit(page: Page) -> Response[Any]:
    """Store the draft; its page shows it in all languages before it is published."""
    form, key = page.form, post_key(page)
    starts = (
        page.now
        if not form.get("starts_on").strip()
        else typed_instant(form, "starts_on", "starts_time")
    )
    ends = typed_instant(form, "ends_on", "ends_time")
    if not form.ok or starts is None or ends is None:
        return show_new(page, 422)
    texts = {locale: form.get(field_of(locale)) for locale in RESIDENT_LOCALES}
    name = form.get("sentence")
    kind = PREPARED[name][0] if name in PREPARED else form.get("kind")
    incident = _incident(page)
    draft = Draft(kind, starts, ends, name, texts, int(incident) if incident else None)

    def service() -> None:
        row = site_notices.write(page.work, draft)
        keep_result(page.session, key, str(row.id))

    return carry_out_once(
        page,
        service,
        lambda: page.redirect(f"/site-notices/{earlier_result(page.session, key)}?said=written"),
        Again(show_new, "sentence", FIELDS, but=NotFoundError),
    )


class SiteNoticeView(View, frozen=True):
    """What ``admin/mailroom/incidents/site_notice.html`` shows."""

    row: SiteNotice
    incident_words: ModuleType
    said: str
    texts: Sequence[tuple[str, str, str]]
    can: set[str]
    own: bool
    names: Mapping[int, str]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a notice in all languages, with the possible actions."""
    row = site_notices.notice_by_id(page.session, number_in_address(page, "site_notice_id"))
    texts = site_notices.texts_of(row)
    people = {key for key in (row.written_by, row.confirmed_by) if key is not None}
    return page.render(
        "admin/mailroom/incidents/site_notice.html",
        SiteNoticeView(
            row=row,
            incident_words=incident_words,
            said=page.query.get("said", ""),
            texts=[
                (NAMES[CODE_OF[locale]], html_lang(locale), texts[locale])
                for locale in RESIDENT_LOCALES
            ],
            can={action for action in SITE_NOTICE.steps if SITE_NOTICE.can(row.state, action)},
            own=page.who.staff is not None and page.who.staff.id == row.written_by,
            names=staff_names(page.session, people),
        ),
        status_code,
    )


def publish(page: Page) -> Response[Any]:
    """Publish a notice, or propose one about an incident."""
    return _act(page, "published", site_notices.publish)


def confirm(page: Page) -> Response[Any]:
    """Publish a proposed notice as the second person."""
    return _act(page, "published", site_notices.confirm)


def withdraw(page: Page) -> Response[Any]:
    """Take a notice down."""
    return _act(page, "withdrawn", site_notices.withdraw)


def _act(page: Page, said: str, act: Callable[[Work, int], object]) -> Response[Any]:
    key = number_in_address(page, "site_notice_id")
    site_notices.notice_by_id(page.session, key)
    return carry_out_once(
        page, lambda: act(page.work, key), f"/site-notices/{key}?said={said}", Again(show, "notice")
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    act, one = Permission.PUBLISH_SITE_NOTICES, "/site-notices/{site_notice_id:int}"
    return [
        staff_route("GET", "/site-notices", show_list, act),
        staff_route("GET", "/site-notices/new", show_new, act),
        staff_route("POST", "/site-notices/new/submit", submit, act, shows=show_new),
        staff_route("GET", one, show, act),
        staff_route("POST", one + "/publish", publish, act, shows=show),
        staff_route("POST", one + "/confirm", confirm, act, shows=show),
        staff_route("POST", one + "/withdraw", withdraw, act, shows=show),
    ]
