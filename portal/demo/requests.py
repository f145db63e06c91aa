"""Fills the demo's review desk: stock, and requests of invented households from the last days."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.work import Work
from portal.domain.people.credentials.models import Credential
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Household
from portal.domain.requests.alternatives import services as alternatives
from portal.domain.requests.alternatives.stock import Consignment, receive
from portal.domain.requests.alternatives.written import PaperWish, WhyPaper
from portal.domain.requests.declines import services as declines
from portal.domain.requests.declines.written import DeclineNote, WhyDecline
from portal.domain.requests.redeliveries.submitting import submit_without_sign_in
from portal.domain.requests.redeliveries.written import Wish
from portal.platform.site import Site

PIECES = 60


def add_requests(site: Site, visitor_household: int, officer: Actor) -> None:
    """Receive stock and submit requests of several kinds, none by the visitor's household."""
    with site.database.write() as session:
        work = site.work(session, officer, site.clock.now(session))
        _receive_stock(work)
        chosen = _families(session, visitor_household)
        _decline(work, chosen[:4])
        _ask_for_paper(work, chosen[4:7])
        wish = Wish("架空 花子", date(1985, 4, 1), "1390001", telephone="03-0000-0000")
        submit_without_sign_in(site.work(session, now=work.now), wish, "demo", "203.0.113.1")


def _receive_stock(work: Work) -> None:
    for product in work.program.alternatives:
        prefix = product.id.upper().replace("_", "")[:6]
        receive(
            work.at(work.now - timedelta(days=6)),
            Consignment(product.id, f"{prefix}0001", f"{prefix}{PIECES:04}", "DEMO-1"),
        )


def _decline(work: Work, chosen: Sequence[tuple[int, list[int]]]) -> None:
    reasons = (WhyDecline.NOT_NEEDED, None, WhyDecline.FOR_OTHERS, WhyDecline.OTHER)
    for place, (household_id, ordinals) in enumerate(chosen):
        resident = work.acting_as(_resident(work.session, household_id))
        declines.submit(
            resident.at(work.now - timedelta(days=5 - place, hours=place)),
            household_id,
            ordinals[: place % 2 + 1],
            written=DeclineNote(reasons[place]),
        )


def _ask_for_paper(work: Work, chosen: Sequence[tuple[int, list[int]]]) -> None:
    product_id = work.program.alternatives[0].id
    for place, (household_id, ordinals) in enumerate(chosen):
        resident = work.acting_as(_resident(work.session, household_id))
        alternatives.submit(
            resident.at(work.now - timedelta(days=3 - place, hours=2)),
            alternatives.PaperRequest(
                household_id,
                dict.fromkeys(ordinals, product_id),
                PaperWish(WhyPaper.NO_SMARTPHONE),
            ),
        )


def _families(session: Session, visitor_household: int) -> Sequence[tuple[int, list[int]]]:
    rows = session.execute(
        select(Entitlement.household_id, Child.ordinal)
        .join(Child, Child.id == Entitlement.child_id)
        .join(Household, Household.id == Entitlement.household_id)
        .where(
            Entitlement.state == "in_progress",
            Household.protected.is_(False),
            Household.id != visitor_household,
            Household.id.in_(select(Credential.household_id)),
        )
        .order_by(Entitlement.household_id.desc(), Child.ordinal)
    )
    families: dict[int, list[int]] = {}
    for household_id, ordinal in rows:
        families.setdefault(household_id, []).append(ordinal)
    return [(key, ordinals) for key, ordinals in families.items() if len(ordinals) > 1]


def _resident(session: Session, household_id: int) -> Actor:
    key = session.scalar(
        select(Credential.id)
        .where(Credential.household_id == household_id)
        .order_by(Credential.id.desc())
    )
    return Actor(Role.RESIDENT, key)
