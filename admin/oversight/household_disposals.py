"""Households that are disposed of alone: asked for by one person, carried out by another."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.oversight.reports.files import send_file
from admin.page import Page
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.typed import whole_date
from portal.domain.oversight.disposal.household import asking
from portal.domain.oversight.disposal.household.asking import Asked, Ground
from portal.domain.oversight.disposal.household.certificate import household_tables
from portal.domain.oversight.disposal.household.obstacles import (
    InTheWay,
    in_the_way,
    sentences_about,
)
from portal.domain.oversight.disposal.household.services import preview_of
from portal.domain.oversight.reports.outputs import as_pdf
from portal.domain.oversight.reports.tables import ReportTable
from portal.domain.people.households.models import DisposedHousehold
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View

PLACE = "/household-disposals"
ASKING = ("number", "decision_no", "decided_on", "ground")
CARRYING_OUT = ("number", "papers_gone")


class Waiting(Struct, frozen=True):
    """One that waits, and how many kinds of things are in its way."""

    asked: Asked
    in_the_way: int


class DisposalsView(View, frozen=True):
    """What ``admin/oversight/household_disposals.html`` shows."""

    rows: Sequence[Waiting]
    done: Sequence[DisposedHousehold]
    grounds: Sequence[Ground]
    today: date
    said: str


class DisposalView(View, frozen=True):
    """What ``admin/oversight/household_disposal.html`` shows."""

    asked: Asked
    tables: Sequence[ReportTable]
    in_the_way: Sequence[str]


def show_list(page: Page, status_code: int = 200) -> Response[Any]:
    """List what waits and what is done, and ask for a household."""
    return page.render(
        "admin/oversight/household_disposals.html",
        DisposalsView(
            rows=[
                Waiting(one, len(_others(page, one.household_id)))
                for one in asking.waiting(page.work)
            ],
            done=asking.disposed(page.work),
            grounds=tuple(Ground),
            today=jst_date(page.now),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _others(page: Page, household_id: int) -> Mapping[InTheWay, int]:
    """Return what is in the way besides the request itself."""
    found = in_the_way(page.session, household_id)
    return {one: count for one, count in found.items() if one is not InTheWay.DISPOSAL}


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show what would go, what stays, and what is in the way."""
    asked, household = asking.asked_for(page.work, _key(page))
    tables = household_tables(preview_of(page.work, household), done=False)
    return page.render(
        "admin/oversight/household_disposal.html",
        DisposalView(
            asked=asked,
            tables=tables,
            in_the_way=sentences_about(_others(page, household.id)),
        ),
        status_code,
    )


def ask(page: Page) -> Response[Any]:
    """Ask for the disposal of a household."""
    form = page.form
    day = whole_date(form.get("decided_on"))
    if not isinstance(day, date):
        form.error("decided_on", _s("日付を、2023-06-30 のように入力してください。"))
        return show_list(page, 422)
    wish = asking.Wish(form.get("number"), form.get("decision_no"), day, form.get("ground"))
    return carry_out_once(
        page,
        lambda: asking.ask(page.work, wish),
        f"{PLACE}?said=asked",
        Again(show_list, "number", ASKING),
    )


def carry_out(page: Page) -> Response[Any]:
    """Dispose of the household, as the second person."""
    key, number = _key(page), page.form.get("number")
    papers_gone = bool(page.form.get("papers_gone"))
    return carry_out_once(
        page,
        lambda: asking.carry_out(page.work, key, number, papers_gone=papers_gone),
        f"{PLACE}?said=done",
        Again(show, "disposal", CARRYING_OUT, but=NotFoundError),
    )


def refuse(page: Page) -> Response[Any]:
    """Refuse a request, or take back one's own."""
    key = _key(page)
    return carry_out_once(
        page,
        lambda: asking.turn_down(page.work, key),
        f"{PLACE}?said=refused",
        Again(show, "disposal", but=NotFoundError),
    )


def certificate(page: Page) -> Response[Any]:
    """Send the certificate of a household that was disposed of; in Japanese, for the ward."""
    key = number_in_address(page, "disposed_id")
    with use_locale(SOURCE_LOCALE):
        row, made = asking.certificate_of(page.work, key)
        body = as_pdf(made, row.disposed_at)
    return send_file(page, f"household-{row.household_id}-disposed.pdf", body)


def _key(page: Page) -> int:
    return number_in_address(page, "disposal_id")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    permission, one = Permission.DISPOSE_HOUSEHOLD, PLACE + "/{disposal_id:int}"
    return [
        staff_route("GET", PLACE, show_list, permission),
        staff_route("POST", PLACE + "/ask", ask, permission, shows=show_list),
        staff_route("GET", one, show, permission),
        staff_route("POST", one + "/carry-out", carry_out, permission, shows=show),
        staff_route("POST", one + "/refuse", refuse, permission, shows=show),
        staff_route("POST", PLACE + "/done/{disposed_id:int}/certificate", certificate, permission),
    ]
