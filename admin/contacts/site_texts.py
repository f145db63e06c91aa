"""Texts of the residents' pages: what stands where, the history, and forms to change them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import number_in_address, post_key, staff_route
from admin.carrying_out import carry_out_once
from admin.contacts import site_text_words
from admin.contacts.hours_words import typed_day
from admin.page import Page
from portal.domain.contacts.site_texts import queries, services
from portal.domain.contacts.site_texts.models import SiteText
from portal.domain.contacts.site_texts.services import Draft, field_of
from portal.domain.contacts.site_texts.text_places import TextPlace
from portal.domain.foundation.audit.services import earlier_result, keep_result
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.http.locale import CODE_OF, NAMES, html_lang
from portal.platform.view import View

PLACE = "/site-texts"


class PlaceNow(Struct, frozen=True):
    """A place with what residents read there now; ``own``: the ward's own text, in Japanese."""

    place: TextPlace
    own: str


class SiteTextsView(View, frozen=True):
    """What ``admin/contacts/site_texts/site_texts.html`` shows."""

    places: Sequence[PlaceNow]
    rows: Sequence[SiteText]
    more: bool
    number: int
    names: Mapping[int, str]
    say: ModuleType


def show_list(page: Page) -> Response[Any]:
    """Show every place with what stands there, and all texts, the newest first."""
    typed = page.query.get("page", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1
    shown = queries.shown(page.session, jst_date(page.now))
    rows = queries.history(page.session, number)
    people = {row.written_by for row in rows} | {row.released_by or 0 for row in rows}
    return page.render(
        "admin/contacts/site_texts/site_texts.html",
        SiteTextsView(
            places=[PlaceNow(one, shown[one].ja if one in shown else "") for one in TextPlace],
            rows=rows[: queries.PAGE],
            more=len(rows) > queries.PAGE,
            number=max(1, number),
            names=staff_names(page.session, people),
            say=site_text_words,
        ),
    )


class WriteView(View, frozen=True):
    """What ``admin/contacts/site_texts/site_text_write.html`` shows."""

    place: TextPlace
    areas: Sequence[tuple[str, str]]
    today: date


def show_write(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask for the text of a place in every language; the form begins with what stands there."""
    place = _place(page)
    if page.method == "GET" and not page.redrawn:
        shown = queries.shown(page.session, jst_date(page.now)).get(place)
        page.fill(site_text_words.form_of(shown, jst_date(page.now)))
    return page.render(
        "admin/contacts/site_texts/site_text_write.html",
        WriteView(
            place=place,
            areas=[(field_of(locale), NAMES[CODE_OF[locale]]) for locale in RESIDENT_LOCALES],
            today=jst_date(page.now),
        ),
        status_code,
    )


def _place(page: Page) -> TextPlace:
    place = TextPlace.known(page.params.get("place"))
    if place is None:
        raise NotFoundError(_s("文を出す場所は見つかりませんでした。"))
    return place


def submit(page: Page) -> Response[Any]:
    """Store the text; its page shows it as residents will read it."""
    form, key, place = page.form, post_key(page), _place(page)
    first = typed_day(form, "first_day")
    last = typed_day(form, "last_day") if form.get("last_day").strip() else None
    if not form.ok or first is None:
        return show_write(page, 422)
    product = form.get("product") == "1"
    texts = {} if product else {one: form.get(field_of(one)) for one in RESIDENT_LOCALES}
    if not product and not any(text.strip() for text in texts.values()):
        form.error(field_of(RESIDENT_LOCALES[0]), site_text_words.nothing_written())
        return show_write(page, 422)

    def service() -> None:
        row = services.write(page.work, Draft(place, first, last, texts))
        keep_result(page.session, key, str(row.id))

    return carry_out_once(
        page,
        service,
        lambda: page.redirect(f"{PLACE}/{earlier_result(page.session, key)}?said=written"),
        Again(show_write, "first_day", named=True),
    )


class SiteTextView(View, frozen=True):
    """What ``admin/contacts/site_texts/site_text.html`` shows."""

    row: SiteText
    names: Mapping[int, str]
    say: ModuleType
    said: str
    can: frozenset[str]
    own: bool
    previews: Sequence[tuple[str, str, Sequence[str]]]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a text as residents read it in each language, who wrote it, what to do next."""
    row = queries.text_by_id(page.session, number_in_address(page, "text_id"))
    people = {key for key in (row.written_by, row.released_by, row.ended_by) if key is not None}
    return page.render(
        "admin/contacts/site_texts/site_text.html",
        SiteTextView(
            row=row,
            names=staff_names(page.session, people),
            say=site_text_words,
            said=page.query.get("said", ""),
            can=services.BY_THE_WARD.possible(page.work, row),
            own=page.actor.id == row.written_by,
            previews=_previews(LocalText.from_mapping(row.texts)) if row.texts else [],
        ),
        status_code,
    )


def _previews(text: LocalText) -> list[tuple[str, str, Sequence[str]]]:
    return [
        (NAMES[CODE_OF[locale]], html_lang(locale), text.in_language(locale).split("\n"))
        for locale in RESIDENT_LOCALES
    ]


def release(page: Page) -> Response[Any]:
    """Show a text to residents as the second person."""
    return _act(page, "released", services.release)


def refuse(page: Page) -> Response[Any]:
    """Refuse a text."""
    return _act(page, "refused", services.refuse)


def take_back(page: Page) -> Response[Any]:
    """Take a text down."""
    return _act(page, "taken_back", services.take_back)


def _act(page: Page, said: str, act: Callable[[Work, int], object]) -> Response[Any]:
    key = number_in_address(page, "text_id")
    queries.text_by_id(page.session, key)
    return carry_out_once(
        page, lambda: act(page.work, key), f"{PLACE}/{key}?said={said}", Again(show, "text")
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    edit, decide = Permission.WRITE_SITE_TEXTS, Permission.RELEASE_SITE_TEXTS
    one, place = PLACE + "/{text_id:int}", PLACE + "/at/{place:str}"
    return [
        staff_route("GET", PLACE, show_list, edit),
        staff_route("GET", place, show_write, edit),
        staff_route("POST", place + "/submit", submit, edit, shows=show_write),
        staff_route("GET", one, show, edit),
        staff_route("POST", one + "/release", release, decide, shows=show),
        staff_route("POST", one + "/refuse", refuse, decide, shows=show),
        staff_route("POST", one + "/take-back", take_back, edit, shows=show),
    ]
