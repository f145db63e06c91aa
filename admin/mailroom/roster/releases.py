"""Page of one hold: release it alone, or propose and confirm its release by two people.

The confirmation takes a fresh proof.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, number_in_address, staff_route
from admin.page import Page
from admin.people.fresh_proof import fresh_proof
from admin.requests.evidence import evidence_of, instructions_about
from admin.requests.scans import SCAN
from portal.domain.contacts.escalations.queries import Evidence
from portal.domain.desk.casework import worklists
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import approval_by_id, open_for
from portal.domain.foundation.approvals.services import INSTRUCTION_MAX, Instruction, turn_down
from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.mailroom.roster.checks.codes import W02_GAIJI
from portal.domain.mailroom.roster.holds import services as holds
from portal.domain.mailroom.roster.holds.naming import RELEASE_HOLD, refuse_outdated
from portal.domain.people.households.models import Hold
from portal.domain.people.households.print_texts import PrintFields, open_print_fields
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_user
from portal.domain.requests.requests.models import Scan
from portal.domain.requests.requests.scans import CheckedScan, store_scan, visible_scan
from portal.platform.view import View

FILES = {"instruction_scan": SCAN}


def found_hold(page: Page) -> Hold:
    """Return the hold in the page's address, if this person may see it.

    Raises:
        NotFoundError: there is none, or its household is not visible to the person.
    """
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    hold = worklists.visible_hold(
        page.session, number_in_address(page, "hold_id"), include_protected=may_know
    )
    if hold is None:
        raise NotFoundError(_s("この保留は見つかりませんでした。"))
    return hold


def proposal_of(page: Page, hold: Hold) -> Approval | None:
    """Return the open proposal about a hold."""
    if hold.code == W02_GAIJI:
        found = open_for(page.session, holds.PRINT_TEXT, "household", [hold.household_id])
        return found.get(hold.household_id)
    return open_for(page.session, RELEASE_HOLD, "hold", [hold.id]).get(hold.id)


def proposed_print_text(page: Page, hold: Hold) -> PrintFields | None:
    """Return the proposed print text, or None."""
    proposal = proposal_of(page, hold)
    sealed = proposal.sealed if proposal is not None else None
    return open_print_fields(page.site.vault, sealed, hold.household_id) if sealed else None


class HoldView(View, frozen=True):
    """What ``admin/mailroom/roster/hold.html`` shows."""

    hold: Hold
    needs_two: bool
    gaiji: bool
    proposal: Approval | None
    proposer: StaffUser | None
    print_text: PrintFields | None
    order_scan: Scan | None
    own: bool
    known: Sequence[Evidence]


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a hold, with advice and the open proposal."""
    hold = found_hold(page)
    proposal = proposal_of(page, hold)
    proposer = staff_user(page.session, proposal.proposed_by) if proposal is not None else None
    return page.render(
        "admin/mailroom/roster/hold.html",
        HoldView(
            hold=hold,
            needs_two=holds.needs_two(hold.code),
            gaiji=hold.code == W02_GAIJI,
            proposal=proposal,
            proposer=proposer,
            print_text=proposed_print_text(page, hold),
            order_scan=scan_of(page, proposal),
            own=proposal is not None
            and page.who.staff is not None
            and proposal.proposed_by == page.who.staff.id,
            known=evidence_of(page, proposal.instruction_no)
            if proposal is not None
            else instructions_about(page, hold.household_id),
        ),
        status_code,
    )


def read_instruction(page: Page) -> Instruction | None:
    """Parse the ward's instruction; both fields or none. Faults are added to the form."""
    number, day = page.form.get("instruction_no").strip(), page.form.get("instruction_date").strip()
    if not number and not day and page.form.upload("instruction_scan", CheckedScan) is None:
        return None
    if not number or len(number) > INSTRUCTION_MAX:
        page.form.error("instruction_no", _s("区の指示書の番号を、40文字までで入力してください。"))
    read = whole_date(day)
    if isinstance(read, date):
        return Instruction(number, read)
    page.form.error(
        "instruction_date",
        _s("指示書の日付は、2026-04-01 か 令和8年4月1日 のように入力してください。"),
    )
    return None


def attach(
    page: Page, instruction: Instruction | None, household_id: int | None
) -> Instruction | None:
    """Return the instruction with its scan, or None without an instruction.

    The scan is the uploaded file, or else that of the ward's own answer with this number.
    """
    if instruction is None:
        return None
    return replace(instruction, scan_id=stored_order(page, instruction.number, household_id))


def stored_order(page: Page, number: str, household_id: int | None) -> int | None:
    """Return the key of an instruction's scan; an uploaded file is stored first."""
    checked = page.form.upload("instruction_scan", CheckedScan)
    if checked is not None:
        stored = store_scan(page.work, checked, household_id=household_id)
        return stored.id
    answers = evidence_of(page, number)
    return next(
        (one.scan_id for one in answers if one.scan_id and one.household_id == household_id), None
    )


def scan_of(page: Page, proposal: Approval | None) -> Scan | None:
    """Return the scan of a proposal's instruction, if there is one that this person may see."""
    if proposal is None or proposal.instruction_scan_id is None:
        return None
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    return visible_scan(page.session, proposal.instruction_scan_id, include_protected=may_know)


def release_alone(page: Page) -> Response[Any]:
    """Release a hold that one person may release."""
    hold = found_hold(page)
    if first_post(page):
        holds.release_alone(page.work, hold.household_id, hold.code)
    return page.redirect("/holds?said=released")


def propose(page: Page) -> Response[Any]:
    """Propose to release a hold that takes two people."""
    hold = found_hold(page)
    instruction = read_instruction(page)
    if not page.form.ok:
        return show(page, 422)
    if first_post(page):
        holds.propose_release(
            page.work,
            hold.household_id,
            hold.code,
            attach(page, instruction, hold.household_id),
            counter=page.form.get("counter") == "1",
        )
    return page.redirect("/holds?said=proposed")


def _refuse_unseen(page: Page, hold: Hold, proposal: Approval | None) -> None:
    """Refuse to confirm another proposal than the page showed.

    Raises:
        ConflictError: it was closed or replaced since; the sentence says so if a newer list did.
    """
    shown = page.form.get("proposal")
    if not hold.is_open or not shown or (proposal is not None and shown == str(proposal.id)):
        return
    number = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 16 else None
    seen = approval_by_id(page.session, number)
    if seen is not None and seen.detail.get("household_id") == hold.household_id:
        refuse_outdated(page.session, hold.household_id, seen.proposed_at)
    raise ConflictError(
        _s("この画面を開いたあとに、提案が変わりました。画面を開きなおして確かめてください。")
    )


def confirm(page: Page) -> Response[Any]:
    """Confirm another person's proposal and release the hold."""
    hold = found_hold(page)
    proposal = proposal_of(page, hold)
    _refuse_unseen(page, hold, proposal)
    if proposal is None:
        return page.redirect("/holds?said=released")
    if page.who.staff is not None and proposal.proposed_by == page.who.staff.id:
        raise NotAllowedError(
            _s("自分の提案は、自分では承認できません。ほかの人が承認してください。")
        )
    if status := fresh_proof(page):
        return show(page, status)
    if first_post(page):
        holds.release(page.work, proposal.id)
    return page.redirect("/holds?said=released")


def refuse(page: Page) -> Response[Any]:
    """Reject another person's proposal, or withdraw one's own."""
    hold = found_hold(page)
    proposal = proposal_of(page, hold)
    if proposal is not None:
        turn_down(page.work, proposal.id, household_id=hold.household_id)
    return page.redirect("/holds?said=down")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base = "/holds/{hold_id:int}"
    return [
        staff_route("GET", base, show, Permission.SEE_HOLDS),
        staff_route("POST", base + "/release", release_alone, Permission.PROPOSE_RELEASE),
        staff_route(
            "POST",
            base + "/propose",
            propose,
            Permission.PROPOSE_RELEASE,
            shows=show,
            uploads=FILES,
        ),
        staff_route("POST", base + "/confirm", confirm, Permission.CONFIRM_RELEASE, shows=show),
        staff_route("POST", base + "/refuse", refuse, Permission.CONFIRM_RELEASE),
    ]
