"""What a reviewer of a redelivery sees in addition: the mail, and the households that fit."""

from collections.abc import Sequence

from msgspec import Struct

from admin.access import allowed
from admin.page import Page
from portal.domain.desk.casework.masking import (
    mask_address,
    mask_birth,
    mask_name,
    mask_postal_code,
)
from portal.domain.letters.shipments import words as mail_words
from portal.domain.people.households.finder import SearchNotReadyError
from portal.domain.people.households.queries import view_households
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.redeliveries.approving import (
    last_day_to_decide,
    needs_ward,
    other_address,
    status_for,
)
from portal.domain.requests.redeliveries.choosing import has_account
from portal.domain.requests.redeliveries.letter_status import LetterStatus
from portal.domain.requests.redeliveries.matching import find_matches, known_to_all, stored_matches
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import RedeliveryCase, redelivery_of
from portal.domain.requests.redeliveries.states import Proof
from portal.domain.requests.redeliveries.written import WRITTEN
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import written_in


class MatchFact(Struct, frozen=True):
    """A household that fits, masked; ``agrees`` are code words of what fits."""

    household_id: int
    name: str
    birth: str
    postal: str
    place: str
    agrees: tuple[str, ...]
    sure: bool
    has_account: bool


class RedeliveryFacts(Struct, frozen=True):
    """Everything about one redelivery; ``status`` is None while no household is chosen."""

    row: Redelivery
    without_sign_in: bool
    status: LetterStatus | None
    where: str
    mail_class: str
    came_back: str
    limit: int
    matches: Sequence[MatchFact]
    searched: bool
    ward_needed: bool
    elsewhere: str
    decide_until: str


def redelivery_facts(page: Page, request: Request) -> RedeliveryFacts:
    """Read what a reviewer needs; protected households only for those who may know of them."""
    session, program = page.session, page.site.program
    row = redelivery_of(session, request.id)
    chosen = request.household_id is not None
    status = status_for(page.work, RedeliveryCase(request, row)) if chosen else None
    mail = status.shipment if status is not None else None
    matches = _matches(page, request, row) if row.proof == Proof.NONE and not chosen else []
    elsewhere = ""
    if row.elsewhere is not None:
        address = other_address(page.work, RedeliveryCase(request, row))
        elsewhere = (
            f"〒{address.postal_code[:3]}-{address.postal_code[3:]} "
            f"{address.town}{address.street} {address.building}"
        )
    return RedeliveryFacts(
        row=row,
        without_sign_in=row.proof == Proof.NONE,
        status=status,
        where=mail_words.where(mail),
        mail_class=mail_words.class_name(mail.mail_class if mail is not None else None),
        came_back=mail_words.reason_words(mail.returned_reason)
        if mail is not None and mail.returned_reason
        else "",
        limit=program.requests.redeliveries,
        matches=matches or (),
        searched=matches is not None,
        ward_needed=status is not None and needs_ward(row, status),
        elsewhere=elsewhere.strip(),
        decide_until=last_day_to_decide(program).isoformat(),
    )


def _matches(page: Page, request: Request, row: Redelivery) -> list[MatchFact] | None:
    """Return the households that fit; None if this process cannot search yet."""
    try:
        return _found(page, request, row)
    except SearchNotReadyError:
        return None


def _found(page: Page, request: Request, row: Redelivery) -> list[MatchFact]:
    session, vault = page.session, page.site.vault
    found = stored_matches(row)
    if row.matched_at is None:  # opened before the worker matched it
        found = find_matches(page.work, written_in(vault, request, WRITTEN))
    if not allowed(page, Permission.KNOW_PROTECTED):
        found = known_to_all(session, found)
    views = {v.id: v for v in view_households(page.work, [match.household_id for match in found])}
    return [
        MatchFact(
            view.id,
            mask_name(view.fields.name),
            mask_birth(view.fields.birth),
            mask_postal_code(view.fields.postal_code),
            mask_address(view.fields.town),
            match.agrees,
            match.sure,
            has_account(session, view.id),
        )
        for match in found
        if (view := views.get(match.household_id)) is not None
    ]
