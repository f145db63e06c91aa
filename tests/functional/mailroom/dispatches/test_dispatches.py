"""Planned postings by day and post office.

Changed until they went, and read by residents as days and towns alone.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import SYSTEM, Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.letters.letters.models import PrintRun
from portal.domain.mailroom.printing.dispatch import calendar
from portal.domain.mailroom.printing.dispatch.calendar import Plan
from portal.domain.mailroom.printing.dispatch.models import Dispatch
from portal.domain.mailroom.printing.dispatch.states import DISPATCH
from portal.platform.database import Database
from tests.support.coupons import NOW, VAULT
from tests.support.resident import Resident
from tests.support.staff import StaffSite, hire
from tests.support.work import work_in

TODAY = NOW.date()
KNOWN = ("潮見坂一丁目", "潮見坂二丁目", "星影町")
PLAN = Plan(
    TODAY + timedelta(days=2), "汐風郵便局", 1_200, ("潮見坂", "星影町"), note="トラックは9時"
)


def officer(database: Database) -> Actor:
    return Actor(
        Role.OFFICER, hire(database, NOW, Role.OFFICER, "planner").id, Organization.CONTRACTOR
    )


def plan(database: Database, actor: Actor, wanted: Plan = PLAN) -> int:
    with database.write() as session:
        return calendar.plan(work_in(session, actor), wanted).id


def test_what_was_planned_is_changed_and_noted_as_sent_on_its_day(database: Database) -> None:
    actor = officer(database)
    key = plan(database, actor)
    with database.write() as session:
        row = calendar.change(work_in(session, actor), key, replace(PLAN, planned=900, note=""))
        assert (row.planned, calendar.note_of(VAULT, row)) == (900, "")
    with database.write() as session, pytest.raises(InputError, match="まだ来ていません"):
        calendar.mark_sent(work_in(session, actor), key)
    with database.write() as session:
        calendar.mark_sent(work_in(session, actor, NOW + timedelta(days=2)), key)
    with database.write() as session, pytest.raises(WrongStateError):
        calendar.change(work_in(session, actor), key, PLAN)
    with database.read() as session:
        (line,) = calendar.dispatches_between(session, TODAY, TODAY + timedelta(days=7))
        assert (line.day, line.planned, line.towns, line.state, line.posted) == (
            PLAN.day,
            900,
            PLAN.towns,
            "sent",
            None,
        )
        assert calendar.dispatches_between(session, TODAY, TODAY) == []
        assert calendar.coming(session, 20) == []
        assert len(calendar.past(session, 20)) == 1


def test_a_note_is_sealed_and_never_logged(database: Database) -> None:
    key = plan(database, officer(database))
    with database.read() as session:
        row = session.get_one(Dispatch, key)
        assert row.sealed is not None
        assert "トラック".encode() not in row.sealed
        assert calendar.note_of(VAULT, row) == "トラックは9時"
        assert "トラック" not in str(
            [event.detail for event in session.scalars(select(AuditEvent))]
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": TODAY - timedelta(days=1)}, "day"),
        ({"post_office": " "}, "post_office"),
        ({"post_office": "x" * 61}, "post_office"),
        ({"planned": 0}, "planned"),
        ({"towns": ()}, "towns"),
        ({"note": "x" * 301}, "note"),
        ({"run_id": 999}, "run"),
    ],
)
def test_what_is_wrong_names_its_field(
    sqlite_database: Database, changes: dict[str, object], field: str
) -> None:
    actor = officer(sqlite_database)
    with pytest.raises(InputError) as refused:
        plan(sqlite_database, actor, replace(PLAN, **changes))  # type: ignore[arg-type]
    assert refused.value.code == field


def test_nobody_without_an_account_plans_and_nothing_unknown_is_changed(
    sqlite_database: Database,
) -> None:
    actor = officer(sqlite_database)
    with pytest.raises(NotAllowedError):
        plan(sqlite_database, SYSTEM)
    for act in (calendar.mark_sent, calendar.cancel):
        with sqlite_database.write() as session, pytest.raises(NotFoundError):
            act(work_in(session, actor, NOW), 999)
        with sqlite_database.write() as session, pytest.raises(NotAllowedError):
            act(work_in(session, now=NOW), 999)


def test_every_step_from_every_state_is_as_the_table_says(database: Database) -> None:
    actor = officer(database)
    acts = {"send": calendar.mark_sent, "cancel": calendar.cancel}
    assert set(acts) == set(DISPATCH.steps)
    for state in sorted(DISPATCH.states):
        for action, act in acts.items():
            key = plan(database, actor, replace(PLAN, day=TODAY))
            with database.write() as session:
                session.get_one(Dispatch, key).state = state
            with database.write() as session:
                if DISPATCH.can(state, action):
                    assert act(work_in(session, actor, NOW), key).state == DISPATCH.next(
                        state, action
                    )
                else:
                    with pytest.raises(WrongStateError):
                        act(work_in(session, actor, NOW), key)


def test_only_towns_of_the_wards_list_are_shown_to_everybody() -> None:
    assert calendar.read_towns("潮見坂\n星影町、潮見坂一丁目,星影町", KNOWN) == (
        "潮見坂",
        "星影町",
        "潮見坂一丁目",
    )
    for typed in ("", " \n", "星影町\n鶉野さんの家"):
        with pytest.raises(InputError):
            calendar.read_towns(typed, KNOWN)


def test_on_the_page_a_posting_is_planned_changed_and_cancelled(staff: StaffSite) -> None:
    visitor = staff.enter_as(Role.OFFICER)
    assert "これからの予定はありません" in visitor.open("/dispatches").text
    day = (staff.now.date() + timedelta(days=3)).isoformat()
    form = {
        "day": day,
        "post_office": "汐風郵便局",
        "planned": "１，２００",
        "towns": "星影町",
        "form_key": "1",
    }
    with staff.database.write() as session:
        run = PrintRun(
            kind="credential",
            state="built",
            planned=1,
            children=1,
            total_yen=1,
            folder="f",
            notice_date=staff.now.date(),
            created_at=staff.now,
        )
        session.add(run)
    wrong = visitor.post("/dispatches/add", {**form, "towns": "どこか", "planned": "x"})
    assert wrong.status_code == 422
    assert 'id="towns-error"' in wrong.text
    assert 'id="planned-error"' in wrong.text
    form["planned"] = "1200"
    form["towns"] = town = "星影町" if "星影町" in towns(staff) else min(towns(staff))
    assert {visitor.post("/dispatches/add", form).status_code for _ in range(2)} == {303}
    assert staff.count(Dispatch) == 1
    assert town in visitor.open("/dispatches").text
    assert f'value="{day}"' in visitor.open("/dispatches/1").text
    changed = {**form, "planned": "800", "run": "1", "note": "x", "form_key": "2"}
    assert visitor.post("/dispatches/1/change", {**changed, "post_office": ""}).status_code == 422
    assert visitor.post("/dispatches/1/change", changed).status_code == 303
    assert "差し出しずみ 0通" in visitor.open("/dispatches").text
    early = visitor.post("/dispatches/1/sent", {"form_key": "3"})
    assert early.status_code == 422
    assert "まだ来ていません" in early.text
    assert visitor.post("/dispatches/1/cancel", {"form_key": "4"}).status_code == 303
    assert "取りやめ" in visitor.open("/dispatches").text
    assert "もう変えられません" in visitor.open("/dispatches/1").text
    assert visitor.get("/dispatches/9").status_code == 404


def test_on_its_day_a_posting_is_marked_as_sent_once(staff: StaffSite) -> None:
    visitor = staff.enter_as(Role.OFFICER)
    visitor.open("/dispatches")
    form = {
        "day": staff.now.date().isoformat(),
        "post_office": "汐風郵便局",
        "planned": "800",
        "towns": min(towns(staff)),
        "form_key": "1",
    }
    assert visitor.post("/dispatches/add", form).status_code == 303
    for _twice in range(2):
        assert visitor.post("/dispatches/1/sent", {"form_key": "2"}).status_code == 303
    assert staff.count(Dispatch, state="sent") == 1
    assert visitor.post("/dispatches/1/sent", {"form_key": "3"}).status_code == 422


def towns(staff: StaffSite) -> set[str]:
    from portal.domain.mailroom.roster.checks.towns import load_towns

    return {town for names in load_towns(staff.site.program.towns_file).values() for town in names}


def test_residents_read_days_and_towns_and_nothing_else(resident: Resident) -> None:
    visitor = resident.visitor()
    page = visitor.get("/letters/schedule")
    assert page.status_code == 200
    assert "いま、決まっている予定はありません" in page.text
    actor = officer(resident.database)
    now = resident.clock.instant
    day = now.date()
    with resident.database.write() as session:
        for wanted, act in (
            (replace(PLAN, day=day + timedelta(days=2)), None),
            (replace(PLAN, day=day, towns=("星影町",)), calendar.mark_sent),
            (replace(PLAN, day=day, towns=("灯台通",)), calendar.cancel),
        ):
            row = calendar.plan(work_in(session, actor, now), wanted)
            if act is not None:
                act(work_in(session, actor, now), row.id)
    text = visitor.get("/letters/schedule").text
    assert "潮見坂、星影町" in text
    assert "灯台通" not in text
    for secret in ("1,200", "1200通", "汐風郵便局", "トラック"):
        assert secret not in text
    assert "/letters/schedule" in visitor.get("/").text
    resident.clock.instant = now + timedelta(days=5)
    assert "予定の日を過ぎました" in visitor.get("/letters/schedule").text
    resident.clock.instant = now + timedelta(days=80)
    assert "この2か月に送った手紙は、まだありません" in visitor.get("/letters/schedule").text
