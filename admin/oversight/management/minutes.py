"""Minutes of meetings with the ward: saved as versions, confirmed by the ward, sent as files."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.marks import Mark, marks
from admin.oversight.reports.files import send_report
from admin.page import Page
from portal.domain.foundation.errors import DomainError, InputError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.typed import whole_date
from portal.domain.oversight.management import minutes
from portal.domain.oversight.management.minutes import MinutesText
from portal.domain.oversight.management.models import MinutesVersion
from portal.domain.oversight.management.states import MinutesState
from portal.domain.oversight.reports.management.papers import minutes_report
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.view import View

STATE_MARK = marks(
    {
        MinutesState.DRAFT: Mark.WAIT,
        MinutesState.CONFIRMED: Mark.GOOD,
        MinutesState.OLD: Mark.PLAIN,
    }
)
KEY = "minutes_id"


def _keeps(page: Page) -> bool:
    return allowed(page, Permission.KEEP_MANAGEMENT)


class MinutesListView(View, frozen=True):
    """What ``admin/oversight/management/minutes_list.html`` shows."""

    meetings: Sequence[MinutesText]
    keeps: bool
    state_mark: Callable[[str], Mark]


def show_list(page: Page) -> Response[Any]:
    """List the meetings, the newest first."""
    return page.render(
        "admin/oversight/management/minutes_list.html",
        MinutesListView(
            meetings=minutes.meetings(page.work),
            keeps=_keeps(page),
            state_mark=STATE_MARK,
        ),
    )


class MinutesView(View, frozen=True):
    """What ``admin/oversight/management/minutes.html`` shows."""

    one: MinutesText
    past: Sequence[MinutesVersion]
    names: Mapping[int, str]
    keeps: bool
    decides: bool
    state_mark: Callable[[str], Mark]
    me: int
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show minutes, by default in the newest version, and what can be done next."""
    key = number_in_address(page, KEY)
    number = number_in_address(page, "number") if "number" in page.params else None
    one = minutes.one(page.work, key, number)
    past = minutes.versions(page.session, key)
    people = {who for row in past for who in (row.written_by, row.confirmed_by) if who is not None}
    return page.render(
        "admin/oversight/management/minutes.html",
        MinutesView(
            one=one,
            past=past,
            names=staff_names(page.session, people),
            keeps=_keeps(page),
            decides=allowed(page, Permission.DECIDE_MANAGEMENT),
            state_mark=STATE_MARK,
            me=page.who.staff.id if page.who.staff else 0,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


class MinutesEditView(View, frozen=True):
    """What ``admin/oversight/management/minutes_edit.html`` shows."""

    base: str
    key: int | None
    title_new: bool


def show_edit(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the form, empty for a new meeting."""
    base = page.form.get("base")
    key = number_in_address(page, KEY) if KEY in page.params else None
    if key is not None:
        one = minutes.one(page.work, key)
        if page.method == "GET":
            page.form.values = {**one.texts, "held_on": one.version.held_on.isoformat()}
        base = base or str(one.version.number)
    return page.render(
        "admin/oversight/management/minutes_edit.html",
        MinutesEditView(base=base or "0", key=key, title_new=key is None),
        status_code,
    )


def save(page: Page) -> Response[Any]:
    """Save a new version."""
    form = page.form
    held_on, base = whole_date(form.get("held_on")), form.get("base")
    if not isinstance(held_on, date):
        form.error("held_on", _s("日付を、2023-06-30 のように入力してください。"))
        return show_edit(page, 422)
    key = number_in_address(page, KEY) if KEY in page.params else None
    number = int(base) if base.isascii() and base.isdigit() and len(base) < 9 else 0
    texts = {name: form.get(name) for name in minutes.FIELDS}
    try:
        with page.session.begin_nested():
            if first_post(page):
                row = minutes.write(page.work, key, minutes.TypedMinutes(held_on, texts, number))
                key = row.id
    except InputError as error:
        form.error(error.code, error.message)
        return show_edit(page, 422)
    except DomainError as error:
        form.error("subject", error.message)
        return show_edit(page, 422)
    return page.redirect(f"/minutes/{key}?said=saved" if key is not None else "/minutes")


def confirm(page: Page) -> Response[Any]:
    """Confirm the version that was read."""
    typed = page.form.get("number")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    return _act(
        page,
        "confirmed",
        lambda key: minutes.confirm(page.work, key, number),
    )


def revise(page: Page) -> Response[Any]:
    """Reopen confirmed minutes."""
    return _act(page, "revised", lambda key: minutes.revise(page.work, key))


def _act(page: Page, said: str, act: Callable[[int], object]) -> Response[Any]:
    key = number_in_address(page, KEY)
    return carry_out_once(
        page, lambda: act(key), f"/minutes/{key}?said={said}", Again(show, "state")
    )


def download(page: Page) -> Response[Any]:
    """Send minutes as a file, by default in the newest version."""
    key = number_in_address(page, KEY)
    number = number_in_address(page, "number") if "number" in page.params else None
    one = minutes.one(page.work, key, number)
    with use_locale(SOURCE_LOCALE):
        report = minutes_report(page.work, one)
    return send_report(page, report, f"minutes-{key}-{one.version.number}")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, keep, decide = (
        Permission.SEE_MANAGEMENT,
        Permission.KEEP_MANAGEMENT,
        Permission.DECIDE_MANAGEMENT,
    )
    one = "/minutes/{minutes_id:int}"
    version = one + "/versions/{number:int}"
    return [
        staff_route("GET", "/minutes", show_list, see),
        staff_route("GET", "/minutes/new", show_edit, keep),
        staff_route("POST", "/minutes/new/save", save, keep, shows=show_edit),
        staff_route("GET", one, show, see),
        staff_route("GET", one + "/edit", show_edit, keep),
        staff_route("POST", one + "/save", save, keep, shows=show_edit),
        staff_route("POST", one + "/confirm", confirm, decide, shows=show),
        staff_route("POST", one + "/revise", revise, keep, shows=show),
        staff_route("GET", version, show, see),
        *(
            staff_route("POST", f"{place}/{ending}", download, see)
            for place in (one, version)
            for ending in ("pdf", "xlsx")
        ),
    ]
