"""Page of protection: its source, and the ward's statement that nobody is protected."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import first_post, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.roster.releases import FILES, attach, read_instruction, scan_of
from admin.page import Page
from admin.people.fresh_proof import fresh_proof
from admin.requests.evidence import evidence_of
from portal.domain.contacts.escalations.queries import Evidence
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import approval_by_id, open_of_kind
from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import whole_date
from portal.domain.mailroom.roster.holds.protection_none import (
    PROTECTION_NONE,
    confirm_proposed_none,
    propose_none,
)
from portal.domain.people.households.protection import (
    Protection,
    ProtectionSource,
    protection_state,
)
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_user
from portal.domain.requests.requests.models import Scan
from portal.platform.carrying_out import Again
from portal.platform.view import View

PLACE = "/roster/protection"


def known(page: Page) -> tuple[Protection | None, Approval | None]:
    """Return the source of protection, and its approval if the ward stated that there is none."""
    state = protection_state(page.session)
    said = state is not None and state.source is ProtectionSource.NONE_CONFIRMED
    return state, approval_by_id(
        page.session, state.subject_id
    ) if said and state is not None else None


def _proposal(page: Page) -> Approval | None:
    waiting = open_of_kind(page.session, PROTECTION_NONE)
    return waiting[0] if waiting else None


class ProtectionView(View, frozen=True):
    """What ``admin/mailroom/roster/protection.html`` shows."""

    state: Protection | None
    approval: Approval | None
    proposal: Approval | None
    proposer: StaffUser | None
    confirmer: StaffUser | None
    own: bool
    backing: Sequence[Evidence]
    order_scan: Scan | None
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the source of protection, and the open proposal or the form for one."""
    state, approval = known(page)
    proposal = _proposal(page)
    shown = proposal or approval
    return page.render(
        "admin/mailroom/roster/protection.html",
        ProtectionView(
            state=state,
            approval=approval,
            proposal=proposal,
            proposer=staff_user(page.session, shown.proposed_by) if shown is not None else None,
            confirmer=staff_user(page.session, approval.confirmed_by)
            if approval is not None
            else None,
            own=proposal is not None
            and page.who.staff is not None
            and proposal.proposed_by == page.who.staff.id,
            backing=evidence_of(page, proposal.instruction_no if proposal is not None else None),
            order_scan=scan_of(page, proposal),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def propose(page: Page) -> Response[Any]:
    """Propose that nobody is protected, according to the ward's document of a day."""
    read = whole_date(page.form.get("day").strip())
    if not isinstance(read, date):
        page.form.error(
            "day", _s("確かめた日は、2026-04-01 か 令和8年4月1日 のように入力してください。")
        )
    instruction = read_instruction(page)
    if not page.form.ok or not isinstance(read, date):
        return show(page, 422)
    return carry_out_once(
        page,
        lambda: propose_none(page.work, read, attach(page, instruction, None)),
        PLACE + "?said=proposed",
        Again(show, "day", only=InputError),
    )


def confirm(page: Page) -> Response[Any]:
    """Confirm another person's proposal with a fresh proof."""
    proposal = _proposal(page)
    if proposal is None:
        return page.redirect(PLACE)
    if page.form.get("proposal") != str(proposal.id):
        raise ConflictError(
            _s("この画面を開いたあとに、提案が変わりました。画面を開きなおして確かめてください。")
        )
    if page.who.staff is not None and proposal.proposed_by == page.who.staff.id:
        raise NotAllowedError(
            _s("自分の提案は、自分では承認できません。ほかの人が承認してください。")
        )
    if status := fresh_proof(page):
        return show(page, status)
    if first_post(page):
        confirm_proposed_none(page.work, proposal.id)
    return page.redirect(PLACE + "?said=confirmed")


def refuse(page: Page) -> Response[Any]:
    """Reject another person's proposal, or withdraw one's own."""
    proposal = _proposal(page)
    if proposal is not None and page.form.get("proposal") == str(proposal.id):
        turn_down(page.work, proposal.id)
    return page.redirect(PLACE + "?said=down")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route("GET", PLACE, show, Permission.SEE_ROSTER),
        staff_route(
            "POST",
            PLACE + "/propose",
            propose,
            Permission.PROPOSE_RELEASE,
            shows=show,
            uploads=FILES,
        ),
        staff_route("POST", PLACE + "/confirm", confirm, Permission.CONFIRM_RELEASE, shows=show),
        staff_route("POST", PLACE + "/refuse", refuse, Permission.CONFIRM_RELEASE),
    ]
