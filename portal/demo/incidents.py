"""Incidents: a coupon that a shop refused, a letter in the wrong envelope, a short outage."""

from datetime import timedelta

from sqlalchemy import select

from portal.domain.foundation.actors import SYSTEM, Actor
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.incidents import downtime, faults, register, subjects
from portal.domain.mailroom.incidents.faults import FaultKey, FaultOrigin, FaultReport, LookUp
from portal.domain.mailroom.incidents.kinds import Source
from portal.domain.mailroom.incidents.register import Opening
from portal.domain.oversight.reports.incidents.reports import write_report
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.platform.site import Site

FIELDS = {
    "items": "手紙に印字された氏名と住所",
    "people": "1世帯",
    "cause": "封入のときに、手紙が2通重なった。",
    "persons": "本人に電話でおわびし、新しい手紙を送る。",
    "prevention": "封筒の重さを、1通ずつ測る。",
}


def add_incidents(site: Site, visitor_household: int, officer: Actor) -> None:
    """Record incidents, each handled by the officer; none concerns the visitor's household."""
    with site.database.write() as session:
        work = site.work(session, officer, site.clock.now(session))
        _refused_coupon(work, visitor_household)
        _wrong_envelope(work, visitor_household)
        began = work.now - timedelta(days=9)
        downtime.log(work, downtime.Outage("codes", began, began + timedelta(minutes=25)))


def _refused_coupon(work: Work, visitor_household: int) -> None:
    """A shop refused a coupon that the issuer says is unused; the household called."""
    coupon, entitlement = work.session.execute(
        select(Coupon, Entitlement)
        .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
        .join(Household, Household.id == Entitlement.household_id)
        .where(
            Coupon.state == "assigned",
            Entitlement.claimed_by.is_(None),
            Entitlement.household_id != visitor_household,
            Household.protected.is_(False),
        )
        .order_by(Coupon.id.desc())
        .limit(1)
    ).one()
    coupons.reveal(work.acting_as(SYSTEM).at(work.now - timedelta(days=2)), coupon)
    reported = FaultReport(
        "not_read",
        "みなもスーパー 駅前店",
        "レジで「このコードは読めない」と言われた。",
        jst_date(work.now - timedelta(days=1)),
    )
    case = faults.report_fault(
        work.at(work.now - timedelta(hours=5)),
        FaultOrigin(entitlement.household_id, entitlement.id, Source.CALL),
        reported,
    )
    looked_up_at = work.now - timedelta(hours=1)
    faults.look_up(
        work.at(looked_up_at),
        FaultKey(case.id),
        LookUp("unused", jst_date(looked_up_at)),
    )


def _wrong_envelope(work: Work, visitor_household: int) -> None:
    """Another household's letter lay in an envelope; the ward has its first report."""
    letter = work.session.scalars(
        select(Letter.number)
        .join(Household, Household.id == Letter.household_id)
        .where(
            Letter.state == "handed_over",
            Letter.household_id != visitor_household,
            Household.protected.is_(False),
        )
        .order_by(Letter.id.desc())
        .limit(1)
    ).one()
    known = work.now - timedelta(days=2)
    opening = Opening(
        "wrong_count",
        known,
        known - timedelta(days=1),
        summary="別の世帯の手紙が、同じ封筒に入っていた。",
    )
    row = register.open_incident(work, opening)
    register.tell_ward(work, row.id, known + timedelta(minutes=20))
    subjects.add_letters(work, row.id, letter)
    register.write_fields(work, row.id, register.Description(FIELDS))
    write_report(work, row.id, "first")
