"""外字: proposing what to print in place of characters that no font has; the original stays as received."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, staff_route
from admin.web.household import opened_until, shown_now
from admin.web.releases import found_hold, proposal_of, read_instruction
from portal.domain.casework import masking
from portal.domain.casework.access import Part
from portal.domain.errors import InputError, WrongStateError
from portal.domain.households.models import Hold
from portal.domain.households.print_texts import PrintFields
from portal.domain.households.queries import HouseholdView, view_household
from portal.domain.roster.codes import W02_GAIJI
from portal.domain.roster.holds import propose_print_text
from portal.domain.staff.permissions import Permission
from portal.domain.texts import _s
from portal.platform.page import Page


def _hold(page: Page) -> Hold:
    hold = found_hold(page)
    if hold.code != W02_GAIJI or hold.state != "open":
        raise WrongStateError(_s("この保留に、印字用の文字は要りません。"))
    return hold


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show what was received, masked unless the person asked to see it, beside a field for each part."""
    hold = _hold(page)
    if opened_until(page, hold.household_id) is None:
        return page.redirect(f"/households/{hold.household_id}/reason")
    if proposal_of(page, hold) is not None:
        return page.redirect(f"/holds/{hold.id}")
    view = view_household(page.session, page.site.vault, hold.household_id)
    return page.render("admin/print_text.html", status_code, hold=hold, rows=_rows(page, view))


def _rows(page: Page, view: HouseholdView) -> list[tuple[str, str, str]]:
    fields = view.fields
    name, place, kids = (shown_now(page, view.id, part) for part in (Part.NAME, Part.ADDRESS, Part.CHILDREN))
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
    if opened_until(page, hold.household_id) is None:
        return page.redirect(f"/households/{hold.household_id}/reason")
    form = page.form
    instruction = read_instruction(page)
    children = {
        int(name.removeprefix("child_")): value.strip()
        for name, value in form.values.items()
        if name.startswith("child_") and name[6:].isascii() and name[6:].isdigit() and value.strip()
    }
    texts = {part: form.get(part).strip() for part in ("name", "town", "street", "building")}
    if not any(texts.values()) and not children:
        form.error("name", _s("印字用の文字を、少なくとも1つ入力してください。"))
    if not form.ok:
        return show(page, 422)
    try:
        if first_post(page):
            wanted = PrintFields(texts["name"], texts["town"], texts["street"], texts["building"], children)
            propose_print_text(
                page.session, page.site.vault, hold.household_id, wanted, page.actor, page.now, instruction
            )
    except InputError as error:
        form.error("name", error.message)
        return show(page, 422)
    return page.redirect("/holds?said=proposed")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base = "/holds/{hold_id:int}/print-text"
    return [
        staff_route("GET", base, show, Permission.PROPOSE_RELEASE),
        staff_route("POST", base + "/submit", submit, Permission.PROPOSE_RELEASE, shows=show),
    ]
