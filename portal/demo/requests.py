"""Fills the demo's review desk: stock, and requests of invented households from the last days."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Role
from portal.domain.people.credentials.models import Credential
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Household
from portal.domain.requests.alternatives import services as alternatives
from portal.domain.requests.alternatives.stock import receive
from portal.domain.requests.alternatives.written import PaperWish, WhyPaper
from portal.domain.requests.declines import services as declines
from portal.domain.requests.declines.written import DeclineNote, WhyDecline
from portal.domain.requests.redeliveries.submitting import submit_without_sign_in
from portal.domain.requests.redeliveries.written import Wish
from portal.platform.site import Site

PIECES = 60


def fill_desk(site: Site, keep_away: int, officer: Actor) -> None:
    """Receive stock and make requests of several kinds.

    The household ``keep_away`` stays as the visitor finds it.
    """
    program = site.program
    with site.database.write() as session:
        now = site.clock.now(session)
        for product in program.alternatives:
            word = product.id.upper().replace("_", "")[:6]
            receive(
                site.work(session, officer, now - timedelta(days=6)),
                product.id,
                f"{word}0001",
                f"{word}{PIECES:04}",
                "DEMO-1",
            )
        chosen = _families(session, keep_away)
        for place, (household_id, ordinals) in enumerate(chosen[:4]):
            actor = _resident(session, household_id)
            at = now - timedelta(days=5 - place, hours=place)
            declines.submit(
                site.work(session, actor, at),
                household_id,
                ordinals[: place % 2 + 1],
                written=DeclineNote(
                    (WhyDecline.NOT_NEEDED, None, WhyDecline.FOR_OTHERS, WhyDecline.OTHER)[place]
                ),
            )
        product_id = program.alternatives[0].id
        for place, (household_id, ordinals) in enumerate(chosen[4:7]):
            actor = _resident(session, household_id)
            at = now - timedelta(days=3 - place, hours=2)
            alternatives.submit(
                site.work(session, actor, at),
                household_id,
                dict.fromkeys(ordinals, product_id),
                written=PaperWish(WhyPaper.NO_SMARTPHONE),
            )
        wish = Wish("架空 花子", date(1985, 4, 1), "1390001", telephone="03-0000-0000")
        submit_without_sign_in(site.work(session, now=now), wish, "demo", "203.0.113.1")


def _families(session: Session, keep_away: int) -> Sequence[tuple[int, list[int]]]:
    rows = session.execute(
        select(Entitlement.household_id, Child.ordinal)
        .join(Child, Child.id == Entitlement.child_id)
        .join(Household, Household.id == Entitlement.household_id)
        .where(
            Entitlement.state == "in_progress",
            Household.protected.is_(False),
            Household.id != keep_away,
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
