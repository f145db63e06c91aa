"""Everything that a reviewer needs on one screen: household, form, what was written, effects."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from admin.access import allowed
from admin.mailroom.roster.releases import scan_of
from admin.page import Page
from admin.requests.evidence import evidence_of
from admin.requests.redelivery_facts import RedeliveryFacts, redelivery_facts
from portal.domain.contacts.escalations.queries import Evidence
from portal.domain.desk.casework.access import existing
from portal.domain.desk.casework.masking import mask_address, mask_postal_code
from portal.domain.desk.casework.timeline import TimelineEntry, TimelineFacts, timeline
from portal.domain.letters.letters.queries import letters_of
from portal.domain.people.coupons.queries import HouseholdCoupon, coupons_and_assignments
from portal.domain.people.households.models import Hold
from portal.domain.people.households.queries import HouseholdView, open_holds, view_household
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_user
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.alternatives.words import Line, lines_of
from portal.domain.requests.declines.queries import ItemFact, item_facts
from portal.domain.requests.requests.deciders import proposal_of
from portal.domain.requests.requests.fields import Line as Written
from portal.domain.requests.requests.fields import Place
from portal.domain.requests.requests.kinds import OF_RESIDENTS, RequestKind
from portal.domain.requests.requests.models import PaperForm, Request, Scan
from portal.domain.requests.requests.queries import paper_forms_of, requests_of
from portal.domain.requests.requests.scans import visible_scan
from portal.domain.requests.requests.services import reply_of, written_in

TIMELINE_ENTRIES = 30


class ChildFact(Struct, frozen=True):
    """One child of the household with the state of its right and its coupon."""

    ordinal: int
    name: str
    birth: str
    entitlement: str
    coupon: str
    amount_yen: int
    claimed: bool


class Facts(Struct, frozen=True):
    """What a reviewer sees.

    The street and the building stay masked until they are asked for on the household page.
    """

    household: HouseholdView | None
    postal: str
    place: str
    children: Sequence[ChildFact]
    holds: Sequence[Hold]
    forms: Sequence[PaperForm]
    scans: Mapping[int, Scan]
    record: object
    written: Sequence[Written]
    reply: str
    effects: Sequence[str]
    timeline: Sequence[TimelineEntry]
    others: Sequence[Request]
    proposed_by: str
    own_proposal: bool
    instruction_no: str = ""
    instruction_date: date | None = None
    evidence: Sequence[Evidence] = ()
    order_scan: Scan | None = None
    redelivery: RedeliveryFacts | None = None
    alternative: Sequence[Line] = ()
    decline: Sequence[ItemFact] = ()


def facts_of(page: Page, row: Request) -> Facts:
    """Read everything about a claimed request."""
    session, vault = page.session, page.site.vault
    forms, form = paper_forms_of(session, row.id), kind_of(row.kind).written
    record = written_in(vault, row, form)
    view = view_household(page.work, row.household_id) if row.household_id is not None else None
    proposal = proposal_of(session, row.id)
    proposer = staff_user(session, proposal.proposed_by) if proposal is not None else None
    entries, assigned = coupons_and_assignments(session, view.id) if view else ([], [])
    return Facts(
        household=view,
        postal=mask_postal_code(view.fields.postal_code) if view else "",
        place=mask_address(view.fields.town) if view else "",
        children=_children(view, entries, row) if view else (),
        holds=open_holds(session, view.id) if view else (),
        forms=forms,
        scans=_scans(page, forms),
        record=record,
        written=form.lines(record, Place.REVIEW) if row.kind in OF_RESIDENTS else (),
        reply=reply_of(vault, row),
        effects=kind_of(row.kind).effects_of(page.work, row),
        timeline=_timeline_entries(page, view.id, assigned) if view else (),
        others=[other for other in requests_of(session, view.id) if other.id != row.id]
        if view
        else (),
        proposed_by=proposer.display_name if proposer is not None else "",
        own_proposal=proposer is not None
        and page.who.staff is not None
        and proposer.id == page.who.staff.id,
        instruction_no=(proposal.instruction_no or "") if proposal is not None else "",
        instruction_date=proposal.instruction_date if proposal is not None else None,
        order_scan=scan_of(page, proposal) if row.kind == RequestKind.REDELIVERY else None,
        evidence=evidence_of(page, proposal.instruction_no if proposal is not None else None),
        redelivery=redelivery_facts(page, row) if row.kind == RequestKind.REDELIVERY else None,
        alternative=lines_of(page.work, row) if row.kind == RequestKind.ALTERNATIVE else (),
        decline=item_facts(session, row.id) if row.kind == RequestKind.DECLINE else (),
    )


def _timeline_entries(
    page: Page, household_id: int, assigned: Sequence[datetime]
) -> list[TimelineEntry]:
    facts = TimelineFacts(
        existing(page.session, household_id),
        letters_of(page.session, household_id),
        assigned,
        limit=TIMELINE_ENTRIES,
    )
    return timeline(page.session, facts, of_ward=allowed(page, Permission.KNOW_PROTECTED))


def _scans(page: Page, forms: Sequence[PaperForm]) -> dict[int, Scan]:
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    found = (
        visible_scan(page.session, form.scan_id, include_protected=may_know)
        for form in forms
        if form.scan_id
    )
    return {scan.id: scan for scan in found if scan is not None}


def _children(
    view: HouseholdView, coupons: Sequence[HouseholdCoupon], row: Request
) -> list[ChildFact]:
    entries = {entry.ordinal: entry for entry in coupons}
    found = []
    for child in view.children:
        entry = entries.get(child.ordinal)
        found.append(
            ChildFact(
                child.ordinal,
                child.fields.name,
                child.fields.birth.isoformat() if child.fields.birth else "",
                entry.entitlement_state if entry else "",
                entry.coupon.state if entry and entry.coupon else "",
                entry.amount_yen if entry else 0,
                entry is not None and entry.claim_id == row.id,
            )
        )
    return found
