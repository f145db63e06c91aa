"""Page to propose a text or an image to print in place of characters that no font has (外字).

The original data are kept.
"""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.carrying_out import carry_out_once
from admin.desk.gate import closed
from admin.desk.household import shown_now
from admin.mailroom.roster.releases import FILES as ORDER
from admin.mailroom.roster.releases import (
    attach,
    found_hold,
    proposal_of,
    proposed_print_text,
    read_instruction,
)
from admin.page import Page
from admin.requests.scans import LOCKED
from portal.domain.desk.casework import masking
from portal.domain.desk.casework.access import Part
from portal.domain.foundation.errors import InputError, NotFoundError, WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.roster.checks.codes import W02_GAIJI
from portal.domain.mailroom.roster.holds.print_check import IMAGE
from portal.domain.mailroom.roster.holds.services import propose_print_text
from portal.domain.people.households.models import Hold
from portal.domain.people.households.print_texts import PrintFields
from portal.domain.people.households.queries import HouseholdView, view_household
from portal.domain.people.households.states import HoldState
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.http.uploads import MEGABYTE, UploadRule
from portal.platform.view import View

FILES = {"image": UploadRule(MEGABYTE)}


def _hold(page: Page) -> Hold:
    hold = found_hold(page)
    if hold.code != W02_GAIJI or hold.state != HoldState.OPEN:
        raise WrongStateError(_s("この保留に、印字用の文字は要りません。"))
    return hold


class PrintTextView(View, frozen=True):
    """What ``admin/mailroom/roster/print_text.html`` shows."""

    hold: Hold
    rows: Sequence[tuple[str, str, str]]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the received data, masked unless revealed, with a field for each part."""
    hold = _hold(page)
    if (answer := closed(page, hold.household_id, origin=f"hold-{hold.id}")) is not None:
        return answer
    if proposal_of(page, hold) is not None:
        return page.redirect(f"/holds/{hold.id}")
    view = view_household(page.work, hold.household_id)
    return page.render(
        "admin/mailroom/roster/print_text.html",
        PrintTextView(hold=hold, rows=_rows(page, view)),
        status_code,
    )


def _rows(page: Page, view: HouseholdView) -> list[tuple[str, str, str]]:
    fields = view.fields
    name, place, kids = (
        shown_now(page, view.id, part) for part in (Part.NAME, Part.ADDRESS, Part.CHILDREN)
    )
    rows = [
        ("name", _s("世帯主の名前"), fields.name if name else masking.mask_name(fields.name)),
        ("town", _s("町名"), fields.town),
        ("street", _s("番地"), fields.street if place else masking.HIDDEN * 3),
        ("building", _s("方書（建物・部屋）"), fields.building if place else masking.HIDDEN * 3),
    ]
    return rows + [
        (
            f"child_{child.ordinal}",
            _s("こども%(n)d") % {"n": child.ordinal},
            child.fields.name if kids else masking.mask_name(child.fields.name),
        )
        for child in view.children
    ]


def submit(page: Page) -> Response[Any]:
    """Propose the texts; a second person approves them on the hold's page."""
    hold = _hold(page)
    if (answer := closed(page, hold.household_id, origin=f"hold-{hold.id}")) is not None:
        return answer
    instruction, wanted = read_instruction(page), _typed(page)
    if not page.form.ok:
        return show(page, 422)

    def service() -> None:
        order = attach(page, instruction, hold.household_id)
        propose_print_text(page.work, hold.household_id, wanted, order)

    return carry_out_once(
        page,
        service,
        "/holds?said=proposed",
        Again(show, "name", {IMAGE: "image"}, only=InputError),
    )


def _typed(page: Page) -> PrintFields:
    """Read the texts and the image; a form without any of them is a fault of the form."""
    form = page.form
    children = {
        int(name.removeprefix("child_")): value.strip()
        for name, value in form.values.items()
        if name.startswith("child_") and name[6:].isascii() and name[6:].isdigit() and value.strip()
    }
    name, town, street, building = (
        form.get(part).strip() for part in ("name", "town", "street", "building")
    )
    wanted = PrintFields(name, town, street, building, children, form.upload("image", bytes))
    if form.ok and wanted.image is None and not any((name, town, street, building, children)):
        form.error(
            "name", _s("印字用の文字を少なくとも1つ入力するか、名前の画像を選んでください。")
        )
    return wanted


def show_image(page: Page) -> Response[Any]:
    """Send the proposed image of the name, so that the second person sees what will be printed."""
    wanted = proposed_print_text(page, _hold(page))
    if wanted is None or wanted.image is None:
        raise NotFoundError(_s("この画像は見つかりませんでした。"))
    return page.send(wanted.image, "image/png", LOCKED | {"content-disposition": "inline"})


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base = "/holds/{hold_id:int}/print-text"
    return [
        staff_route("GET", base, show, Permission.PROPOSE_RELEASE),
        staff_route(
            "POST",
            base + "/submit",
            submit,
            Permission.PROPOSE_RELEASE,
            shows=show,
            uploads=FILES | ORDER,
        ),
        staff_route("GET", base + "/image", show_image, Permission.SEE_HOLDS),
    ]
