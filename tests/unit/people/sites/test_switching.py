"""A reserve site is on for at most a week, once at a time, and only by its own actions."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM, Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.program.settings.workplaces import Workplace, WorkplaceKind
from portal.domain.foundation.work import Work
from portal.domain.people.sites.admission import NetworkAddress, admit
from portal.domain.people.sites.models import SiteSwitch
from portal.domain.people.sites.queries import history, is_on, reason_of
from portal.domain.people.sites.services import (
    LONGEST,
    SwitchOrder,
    end_due,
    prolong,
    switch_off,
    switch_on,
)
from portal.domain.people.sites.states import SWITCH, SwitchState
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.services import Profile, add_staff
from portal.platform.database import Database
from tests.support.coupons import VAULT
from tests.support.sample_ward import sample_program
from tests.support.work import work_in

NOW = datetime(2023, 8, 1, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLACES = (
    Workplace("main", "本拠点", WorkplaceKind.MAIN, ("203.0.113.0/25",)),
    Workplace("bcp", "予備", WorkplaceKind.BCP, ("198.51.100.0/25",)),
    Workplace("far", "遠い予備", WorkplaceKind.BCP, ("198.51.100.128/25",)),
    Workplace("office", "事務局", WorkplaceKind.OFFICE, ("203.0.113.128/26",)),
    Workplace("ward", "区役所", WorkplaceKind.WARD, ("203.0.113.192/26",)),
)


def at_places(
    session: Session,
    actor: Actor = SYSTEM,
    now: datetime = NOW,
    places: tuple[Workplace, ...] = PLACES,
) -> Work:
    """A work of a program with these sites."""
    return work_in(session, actor, now, program=replace(sample_program(), workplaces=places))


@pytest.fixture
def lead(database: Database) -> Actor:
    with database.write() as session:
        made = add_staff(
            work_in(session, now=NOW),
            Profile("lead", "責任者", Organization.SUBCONTRACTOR, Role.SUPERVISOR),
        )
        return Actor(Role.SUPERVISOR, made.user.id, Organization.SUBCONTRACTOR)


def on(
    session: Session, lead: Actor, *, site: str = "bcp", hours: float = 5, now: datetime = NOW
) -> SiteSwitch:
    return switch_on(
        at_places(session, lead, now), SwitchOrder(site, "  停電のため ", now + hours * HOUR)
    )


def actions(session: Session) -> list[tuple[str, int | None]]:
    rows = session.scalars(
        select(AuditEvent).where(AuditEvent.action.like("site.%")).order_by(AuditEvent.id)
    )
    return [(row.action, row.actor_id) for row in rows]


def test_on_and_off_with_reason_person_and_event(database: Database, lead: Actor) -> None:
    with database.write() as session:
        row = on(session, lead)
        assert is_on(session, "bcp", NOW)
        assert not is_on(session, "far", NOW)
        assert reason_of(VAULT, row) == "停電のため"
        assert "停電".encode() not in row.sealed
        switch_off(work_in(session, lead, NOW + HOUR), row.id)
        assert not is_on(session, "bcp", NOW + HOUR)
        assert (row.state, row.on_by, row.off_by, row.off_at) == (
            SwitchState.OFF,
            lead.id,
            lead.id,
            NOW + HOUR,
        )
    with database.read() as session:
        assert actions(session) == [("site.switched_on", lead.id), ("site.switched_off", lead.id)]
        detail = session.scalars(
            select(AuditEvent.detail).where(AuditEvent.action == "site.switched_on")
        ).one()
        assert detail == {"site": "bcp", "until": (NOW + 5 * HOUR).isoformat()}


def test_it_ends_by_itself_at_the_chosen_instant_and_can_then_be_switched_on_again(
    database: Database, lead: Actor
) -> None:
    with database.write() as session:
        row = on(session, lead)
        end = NOW + 5 * HOUR
        assert is_on(session, "bcp", end - timedelta(microseconds=1))
        assert not is_on(session, "bcp", end)
        assert end_due(work_in(session, now=end - timedelta(microseconds=1))) == 0
        again = on(session, lead, now=end)
        assert (row.state, row.off_at, row.off_by) == (SwitchState.OVER, end, None)
        assert again.state == SwitchState.ON
        assert end_due(work_in(session, now=end + 5 * HOUR)) == 1
        assert end_due(work_in(session, now=end + 5 * HOUR)) == 0
        assert [found.id for found in history(session)] == [again.id, row.id]
    with database.read() as session:
        assert [action for action, _who in actions(session)] == [
            "site.switched_on",
            "site.ran_out",
            "site.switched_on",
            "site.ran_out",
        ]


def test_at_most_a_week_and_longer_only_before_it_ends(database: Database, lead: Actor) -> None:
    with database.write() as session:
        for wrong in (NOW, NOW - HOUR, NOW + LONGEST + timedelta(microseconds=1)):
            with pytest.raises(InputError) as caught:
                switch_on(at_places(session, lead, NOW), SwitchOrder("bcp", "停電", wrong))
            assert caught.value.code == "ends_at"
        row = switch_on(at_places(session, lead, NOW), SwitchOrder("bcp", "停電", NOW + LONGEST))
        later = NOW + timedelta(days=6)
        prolong(work_in(session, lead, later), row.id, later + LONGEST)
        assert is_on(session, "bcp", NOW + timedelta(days=12))
        with pytest.raises(InputError):
            prolong(work_in(session, lead, later), row.id, later + LONGEST + HOUR)
        with pytest.raises(WrongStateError):
            prolong(work_in(session, lead, later + 2 * LONGEST), row.id, later + 3 * LONGEST)


def test_what_cannot_be_switched_on_is_refused(database: Database, lead: Actor) -> None:
    with database.write() as session:
        for site in ("main", "office", "ward", "nowhere", ""):
            with pytest.raises(NotFoundError):
                on(session, lead, site=site)
        for reason in ("", " 　", "x" * 501):
            with pytest.raises(InputError) as caught:
                switch_on(at_places(session, lead, NOW), SwitchOrder("bcp", reason, NOW + HOUR))
            assert caught.value.code == "reason"
        on(session, lead)
        with pytest.raises(ConflictError):
            on(session, lead)
        assert on(session, lead, site="far").state == SwitchState.ON
        with pytest.raises(NotFoundError):
            switch_off(work_in(session, lead, NOW), 999)
        with pytest.raises(NotFoundError):
            prolong(work_in(session, lead, NOW), 999, NOW)


def test_two_supervisors_at_once_switch_it_on_once(database: Database, lead: Actor) -> None:
    outcomes: list[str] = []

    def press() -> None:
        try:
            with database.write() as session:
                on(session, lead)
            outcomes.append("on")
        except ConflictError:
            outcomes.append("conflict")

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 5 + ["on"]
    with database.read() as session:
        assert len(history(session)) == 1


@pytest.mark.parametrize("action", ["prolong", "switch_off", "run_out"])
@pytest.mark.parametrize("state", [SwitchState.ON, SwitchState.OFF, SwitchState.OVER])
def test_only_a_site_that_is_on_changes(state: str, action: str) -> None:
    assert SWITCH.can(state, action) is (state == SwitchState.ON)
    if state != SwitchState.ON:
        with pytest.raises(WrongStateError):
            SWITCH.next(state, action)


def test_switching_off_twice_is_refused(database: Database, lead: Actor) -> None:
    with database.write() as session:
        row = on(session, lead)
        switch_off(work_in(session, lead, NOW), row.id)
        with pytest.raises(WrongStateError):
            switch_off(work_in(session, lead, NOW), row.id)


MAIN, BCP, OFFICE, WARD, ELSEWHERE = (
    "203.0.113.9",
    "198.51.100.9",
    "203.0.113.130",
    "203.0.113.200",
    "192.0.2.9",
)


def user(role: Role, organization: Organization = Organization.CONTRACTOR) -> StaffUser:
    return StaffUser(login="somebody", role=role.value, organization=organization.value)


@pytest.mark.parametrize("organization", [Organization.CONTRACTOR, Organization.SUBCONTRACTOR])
@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_agents_and_supervisors_work_at_the_call_centers_sites_only(
    database: Database, lead: Actor, role: Role, organization: Organization
) -> None:
    person = user(role, organization)
    with database.write() as session:
        for office in (True, False):
            assert admit(at_places(session), person, NetworkAddress(MAIN, office)).name == "本拠点"
            for address in (ELSEWHERE, OFFICE, WARD, "", "x"):
                with pytest.raises(NotAllowedError, match="登録された拠点"):
                    admit(at_places(session), person, NetworkAddress(address, office))
            with pytest.raises(NotAllowedError):
                admit(at_places(session, places=()), person, NetworkAddress(MAIN, office))
        if role is Role.SUPERVISOR:
            assert admit(at_places(session), person, NetworkAddress(BCP, False)).waiting
        else:
            with pytest.raises(NotAllowedError, match="スーパーバイザーが拠点を切り替える"):
                admit(at_places(session), person, NetworkAddress(BCP, True))
        on(session, lead)
        place = admit(at_places(session), person, NetworkAddress(BCP, False))
        assert (place.name, place.waiting) == ("予備", False)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
def test_the_contractors_other_people_work_at_its_sites_and_never_at_home(
    database: Database, lead: Actor, role: Role
) -> None:
    person = user(role)
    with database.write() as session:
        for office in (True, False):
            for address, name in ((MAIN, "本拠点"), (OFFICE, "事務局")):
                assert admit(at_places(session), person, NetworkAddress(address, office)).name == (
                    name
                )
            for address in (ELSEWHERE, WARD, ""):
                with pytest.raises(NotAllowedError, match="登録された拠点"):
                    admit(at_places(session), person, NetworkAddress(address, office))
            with pytest.raises(NotAllowedError, match="切り替える"):
                admit(at_places(session), person, NetworkAddress(BCP, office))
            with pytest.raises(NotAllowedError):
                admit(at_places(session, places=()), person, NetworkAddress(MAIN, office))
        on(session, lead)
        assert admit(at_places(session), person, NetworkAddress(BCP, False)).name == "予備"


@pytest.mark.parametrize("role", [Role.WARD_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_the_ward_works_from_its_own_networks(database: Database, role: Role) -> None:
    person = user(role, Organization.WARD)
    with database.write() as session:
        for office in (True, False):
            assert admit(at_places(session), person, NetworkAddress(WARD, office)).name == "区役所"
            for address in (MAIN, OFFICE, BCP, ELSEWHERE):
                with pytest.raises(NotAllowedError, match="登録された職場"):
                    admit(at_places(session), person, NetworkAddress(address, office))


def test_a_program_that_registers_no_ward_leaves_it_to_the_deployments_networks(
    database: Database,
) -> None:
    person, places = user(Role.WARD_OFFICER, Organization.WARD), PLACES[:3]
    with database.write() as session:
        work = at_places(session, places=places)
        assert admit(work, person, NetworkAddress(ELSEWHERE, True)).workplace is None
        with pytest.raises(NotAllowedError, match="登録された職場"):
            admit(work, person, NetworkAddress(ELSEWHERE, False))
