"""What the played world leaves out: tasks, parcels, faults and papers of families."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.desk.casework import counter_channel
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.incidents import faults
from portal.domain.mailroom.incidents.kinds import Source
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.holds import services as holds
from portal.domain.oversight.auditing.searching import Wanted
from portal.domain.oversight.disclosure import steps
from portal.domain.oversight.disposal.household import asking as household_asking
from portal.domain.oversight.person_lists.asking import Wish, approve, ask
from portal.domain.oversight.person_lists.contents import scope_of
from portal.domain.oversight.person_lists.kinds import ListKind
from portal.domain.oversight.person_lists.making import make
from portal.domain.people.authn.codes import add_authenticator
from portal.domain.people.coupons.models import CouponBatch
from portal.domain.people.coupons.queries import coupon_of_child
from portal.domain.people.coupons.services import reveal
from portal.domain.people.households.models import Household
from portal.domain.people.households.print_texts import PrintFields
from portal.domain.people.households.queries import view_household
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from portal.domain.requests.requests.scans import store_scan
from tests.support.databases.played import Played
from tests.support.people import Person, add_person, give_coupons
from tests.support.reading.files import picture
from tests.support.requests.desk import Inbox
from tests.support.requests.paper import Paper
from tests.support.requests.scans import checked
from tests.support.resident import NOON
from tests.support.staff import hire
from tests.support.work import work_in

ORGANIZATIONS = {
    Role.OFFICER: Organization.CONTRACTOR,
    Role.WARD_OFFICER: Organization.WARD,
    Role.AUDITOR: Organization.WARD,
}


def furnish(played: Played, folder: Path) -> None:
    """Give the played families the work that a year brings."""
    people = [played.active, played.fresh]
    database = played.site.database
    second = hire(database, NOON, Role.OFFICER, "second")
    with database.write() as session:
        _tasks(session, people)
        _fault(session, played.active)
        _channel(session, played.active)
        _print_picture(session, _actor(session, Role.OFFICER))
        officer, ward = _actor(session, Role.OFFICER), _actor(session, Role.WARD_OFFICER)
        officer_id = Actor(Role.OFFICER, second.id, Organization.CONTRACTOR)
    paper = Paper(database, folder, played.site.program, officer, officer_id, ward, NOON)
    _requests(played, paper)
    _lists(played)
    _at_the_counter(played)
    _disposal(played, people[1])
    _person_request(played, people[0])


def _disposal(played: Played, person: Person) -> None:
    """A household whose disposal waits for the second person."""
    with played.site.database.write() as session:
        work = work_in(session, _actor(session, Role.OFFICER), NOON)
        number = view_household(work, person.household_id).fields.number
        day = jst_date(NOON)
        household_asking.ask(work, household_asking.Wish(number, "5汐子第77号", day, "ward_order"))


def _person_request(played: Played, person: Person) -> None:
    """A request for disclosure that two people of the ward have searched for."""
    other = hire(played.site.database, NOON, Role.WARD_OFFICER, "wardsecond")
    with played.site.database.write() as session:
        ward = work_in(session, _actor(session, Role.WARD_OFFICER), NOON)
        second = Actor(Role.WARD_OFFICER, other.id, Organization.WARD)
        number = view_household(ward, person.household_id).fields.number
        day = jst_date(NOON)
        receipt = steps.Receipt("disclosure", "5汐子第30号", day, day + timedelta(days=30))
        key = steps.receive(ward, receipt).id
        steps.ask_search(ward, key, number)
        steps.search(ward.acting_as(second), key, number)


def _lists(played: Played) -> None:
    """Lists that wait, that may be made, and that are there."""
    scope = scope_of(Wanted(NOON - timedelta(days=1), NOON + timedelta(days=1)))
    until = jst_date(NOON) + timedelta(days=3)
    wish = Wish(ListKind.AUDIT.value, scope, "事故の調べのため", "区 総務課 係長", until)
    with played.site.database.write() as session:
        auditor, ward = _actor(session, Role.AUDITOR), _actor(session, Role.WARD_OFFICER)
        asked, deciding = work_in(session, auditor, NOON), work_in(session, ward, NOON)
        _waiting, approved, made = (ask(asked, wish).id for _ in range(3))
        approve(deciding, approved)
        approve(deciding, made)
        make(deciding, made)


def _at_the_counter(played: Played) -> None:
    """A channel that somebody of the ward proposed, which a colleague confirms."""
    with played.site.database.write() as session:
        work = work_in(session, _actor(session, Role.WARD_OFFICER), NOON)
        wish = counter_channel.Wish("danger", "sms", "090-2718-2818", "passport")
        counter_channel.propose(work, played.active.household_id, wish)


def _actor(session: Session, role: Role) -> Actor:
    statement = select(StaffUser.id).filter_by(role=role.value).order_by(StaffUser.id).limit(1)
    return Actor(role, session.scalars(statement).one(), ORGANIZATIONS[role])


def _tasks(session: Session, people: list[Person]) -> None:
    written = {"name": "鵺代　縹", "contact": "090-4433-2211", "telephone": "0904433221"}
    for kind, person in zip((TaskKind.NEW_LETTER, TaskKind.BIRTH_FROZEN), people, strict=True):
        open_task(work_in(session, now=NOON), kind, person.household_id, {})
    open_task(work_in(session, now=NOON), TaskKind.UNMATCHED, None, written)


def _fault(session: Session, person: Person) -> None:
    """A shop refused a code that was shown; its issuer answers later."""
    session.execute(update(CouponBatch).values(sandbox=False))
    coupon = coupon_of_child(session, person.household_id, 1)
    assert coupon.coupon is not None
    work = work_in(session, now=NOON)
    reveal(work, coupon.coupon)
    origin = faults.FaultOrigin(person.household_id, coupon.entitlement_id, Source.RESIDENT)
    said = faults.FaultReport("not_read", "潮騒商店", "店の人が読めないと言った。", NOON.date())
    faults.report_fault(work, origin, said)


def _channel(session: Session, person: Person) -> None:
    row = add_authenticator(
        work_in(session, now=NOON), person.credential_id, "sms", "+819077665544"
    )
    row.state, row.confirmed_at = "confirmed", NOON


def _print_picture(session: Session, officer: Actor) -> None:
    household = session.scalars(
        select(Household).join(Letter, Letter.household_id == Household.id).limit(1)
    ).one()
    holds.put_hold(work_in(session, now=NOON), household, codes.W02_GAIJI)
    wanted = PrintFields(image=picture(size=(900, 120)))
    holds.propose_print_text(work_in(session, officer, NOON), household.id, wanted)


def _requests(played: Played, paper: Paper) -> None:
    database = played.site.database
    people = [add_person(database, NOON, number=f"97000009{n:02}") for n in range(6)]
    give_coupons(database, paper.folder, NOON, 40, seed=2)
    paper.receive("GC800001", "GC800100")
    _request, counted = paper.packed(people[0], 1)
    paper.post(counted)
    _request, back = paper.packed(people[1], 1)
    paper.post(back)
    paper.come_back(back)
    paper.packed(people[2], 1)
    asked = paper.ask(people[3])
    paper.decide(asked)
    box = Inbox(database, played.site.program, NOON)
    with database.write() as session:
        scan = store_scan(
            work_in(session, paper.officer, NOON),
            checked(picture(size=(400, 300), color="gold")),
            household_id=people[4].household_id,
        ).id
    box.paper(people[4], paper.officer, scan_id=scan)
    box.decline(people[5])
    box.redelivery()
    box.addition(paper.officer)
