"""The timeline for contractors: what is the ward's alone is absent, in rows and in their number."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from portal.domain.desk.casework import counter_channel
from portal.domain.desk.casework.timeline import TimelineEntry, TimelineFacts, timeline
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import record
from portal.domain.mailroom.roster.checks.codes import W01_PROTECTED
from portal.domain.mailroom.roster.holds import services as holds
from portal.domain.mailroom.roster.holds.protection_list import ListedNumbers, NumberKind, load_list
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import view_household
from portal.domain.people.pauses.services import BEGUN
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.people import add_person, give_coupons
from tests.support.staff import hire
from tests.support.work import work_in


def shown(session: Session, household: int, limit: int, *, of_ward: bool) -> list[TimelineEntry]:
    facts = TimelineFacts(session.get_one(Household, household), [], [], limit=limit)
    return timeline(session, facts, of_ward=of_ward)


def happen(database: Database, household: int) -> None:
    """Ten harmless things, one an hour."""
    for hour in range(10):
        with database.write() as session:
            work = work_in(session, now=NOW + timedelta(hours=hour))
            record(work, "letter.supersede", "letter", household_id=household)


def protect_and_free(database: Database, household: int) -> None:
    """The family comes under protection by a list, again by the next, and the ward ends it."""
    people = [
        Actor(Role.WARD_OFFICER, hire(database, NOW, Role.WARD_OFFICER, f"w{n}").id, organization)
        for n, organization in enumerate([Organization.WARD] * 2)
    ]
    later = NOW + timedelta(hours=10)
    with database.write() as session:
        work = work_in(session, now=later)
        number = view_household(work, household).fields.number
        listed = ListedNumbers(NumberKind.HOUSEHOLD, (number,))
        assert load_list(work, listed).held == 1
    with database.write() as session:
        early = work_in(session, people[0], later + timedelta(minutes=1))
        holds.propose_release(early, household, W01_PROTECTED)
    with database.write() as session:
        load_list(work_in(session, now=later + timedelta(minutes=2)), listed)
    with database.write() as session:
        work = work_in(session, people[0], later + timedelta(minutes=3))
        waiting = holds.propose_release(work, household, W01_PROTECTED)
    with database.write() as session:
        holds.release(work_in(session, people[1], later + timedelta(minutes=4)), waiting.id)
    for minute in range(5, 15):
        with database.write() as session:
            work = work_in(session, now=later + timedelta(minutes=minute))
            for action in (BEGUN, counter_channel.SET):
                record(work, action, "household", household, household_id=household)


def test_what_is_hidden_shortens_no_timeline_and_leaves_no_trace(
    database: Database, tmp_path: Path
) -> None:
    plain, freed = (add_person(database, NOW, number=f"98000000{n}7").household_id for n in (1, 2))
    give_coupons(database, tmp_path, NOW)
    for household in (plain, freed):
        happen(database, household)
    protect_and_free(database, freed)
    with database.read() as session:
        for limit in (5, 8, 50):
            told, hidden = (
                [(entry.at, entry.action) for entry in shown(session, key, limit, of_ward=False)]
                for key in (plain, freed)
            )
            assert told == hidden, limit
        whole = {entry.action for entry in shown(session, freed, 50, of_ward=True)}
    assert {"household.protected", "hold.put", "hold.released", "coupon.suspend"} <= whole
