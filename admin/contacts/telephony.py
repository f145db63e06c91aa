"""Counts of the telephone system: a month by day, importing a file, typing one day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, staff_route
from admin.oversight.reports import words as report_words
from admin.page import Page
from portal.domain.contacts.telephony import queries
from portal.domain.contacts.telephony.day_comparison import Difference, Stored
from portal.domain.contacts.telephony.importer import CountsDifferError, import_file
from portal.domain.contacts.telephony.kinds import GIVEN_REASONS, Reason, TypedNumber
from portal.domain.contacts.telephony.kpi import Counts, answer_rate
from portal.domain.contacts.telephony.layouts import LANGUAGES, find_layout, layout_names
from portal.domain.contacts.telephony.queries import DayOverview
from portal.domain.contacts.telephony.reading import MAX_BYTES, CountsFile, CountsFileError
from portal.domain.contacts.telephony.typed_day import (
    TypedDayError,
    field_name,
    store_typed,
)
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.monthly.due import first_of, last_of, months, read_month
from portal.domain.people.staff.permissions import Permission
from portal.platform.http.uploads import UploadRule
from portal.platform.view import View

FILE = UploadRule(MAX_BYTES)


def _month(page: Page) -> date:
    asked = read_month(page.query.get("month", "") or page.form.get("month"))
    return asked or first_of(jst_date(page.now))


class TelephonyView(View, frozen=True):
    """What ``admin/contacts/telephony.html`` shows."""

    month: date
    months: Sequence[date]
    days: Sequence[DayOverview]
    rate: Callable[[Counts], str]
    until: date
    missing: Sequence[date]
    partial: Sequence[date]
    layouts: Mapping[str, str]
    spoken: tuple[str, ...]
    numbers: Sequence[TypedNumber]
    field: Callable[[TypedNumber, str], str]
    reasons: Sequence[Reason]
    problems: tuple[str, ...]
    differences: tuple[Difference, ...]
    said: str
    seconds: int
    report_words: ModuleType


def show(
    page: Page,
    status_code: int = 200,
    refusal: CountsFileError | CountsDifferError | None = None,
) -> Response[Any]:
    """Show a month by day, what it lacks, and both ways to enter counts."""
    program, month = page.site.program, _month(page)
    until = min(last_of(month), queries.last_day_over(program, page.now))
    days = queries.overview(page.work, month, last_of(month))
    lacking = [
        one for one in days if one.open and one.day <= until and not (one.known and one.known.whole)
    ]
    return page.render(
        "admin/contacts/telephony.html",
        TelephonyView(
            month=month,
            months=months(program, jst_date(page.now))[:12],
            days=days,
            rate=answer_rate,
            until=until,
            missing=[one.day for one in lacking if one.known is None],
            partial=[one.day for one in lacking if one.known],
            layouts=layout_names(program.call_layouts_dir),
            spoken=LANGUAGES,
            numbers=tuple(TypedNumber),
            field=field_name,
            reasons=GIVEN_REASONS,
            problems=refusal.problems if isinstance(refusal, CountsFileError) else (),
            differences=refusal.differences if isinstance(refusal, CountsDifferError) else (),
            said=page.query.get("said", ""),
            seconds=program.calls.service_level_seconds,
            report_words=report_words,
        ),
        status_code,
    )


def _reason(page: Page, name: str) -> Reason | None:
    return next((reason for reason in GIVEN_REASONS if reason == page.form.get(name)), None)


def take_in(page: Page) -> Response[Any]:
    """Import a file; an invalid row or differing numbers store nothing and show the page again."""
    form, program = page.form, page.site.program
    data = form.upload("file", bytes)
    if data is None:
        form.error("file", _s("電話のシステムのファイルを選んでください。"))
        return show(page, 422)
    stored = None
    try:
        file = CountsFile(data, find_layout(form.get("layout"), program.call_layouts_dir))
        with page.session.begin_nested():
            if first_post(page):
                stored = import_file(page.work, file, reason=_reason(page, "file_reason"))
    except CountsFileError as error:
        form.error("file", _s("ファイルを取り込めません。まちがいのある行は、下にあります。"))
        return show(page, 422, error)
    except CountsDifferError as error:
        form.error("file_reason", error.message)
        return show(page, 422, error)
    except DomainError as error:
        form.error("layout", error.message)
        return show(page, 422)
    return _done(page, stored)


def type_in(page: Page) -> Response[Any]:
    """Store one typed day."""
    form, stored = page.form, None
    try:
        with page.session.begin_nested():
            if first_post(page):
                stored = store_typed(page.work, form.values, reason=_reason(page, "typed_reason"))
    except TypedDayError as error:
        for name, sentence in error.faults.items():
            form.error(name, sentence)
        return show(page, 422)
    except CountsDifferError as error:
        form.error("typed_reason", error.message)
        return show(page, 422, error)
    except DomainError as error:
        form.error("day", error.message)
        return show(page, 422)
    return _done(page, stored)


def _done(page: Page, stored: Stored | None) -> Response[Any]:
    """Redirect to the month of what was stored; a form sent twice, to that of the first."""
    touched = [*stored.new, *stored.replaced] if stored is not None else []
    days = touched or (list(stored.same) if stored is not None else [])
    month = first_of(max(days)) if days else _month(page)
    said = "same" if stored is not None and not touched else "stored"
    return page.redirect("/telephony?" + urlencode({"month": f"{month:%Y-%m}", "said": said}))


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    keep = Permission.KEEP_CALL_REPORT
    return [
        staff_route("GET", "/telephony", show, Permission.SEE_CALL_REPORT),
        staff_route("POST", "/telephony/file", take_in, keep, shows=show, uploads={"file": FILE}),
        staff_route("POST", "/telephony/day", type_in, keep, shows=show),
    ]
