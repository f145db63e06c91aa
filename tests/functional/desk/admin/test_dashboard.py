"""The first page says what was delivered, which figure counts, and what is open until when."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import update

from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.escalations.models import CallBack
from portal.domain.contacts.faxes.services import NewFax, receive
from portal.domain.desk.casework.steps import Step, StepState, next_steps
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import propose
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.schema import DeliveredMeans
from portal.domain.letters.documents import services
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.oversight.management import asking, milestones, questions
from portal.domain.oversight.management.agreements import AgreedKey
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import change
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from tests.support.oversight.family import Filling
from tests.support.reading.files import fax
from tests.support.requests.scans import checked
from tests.support.resident import Loop
from tests.support.staff import StaffSite, make_staff
from tests.support.work import work_in


def rows_of(page: str, section: str) -> dict[str, list[str]]:
    """The rows of a section's table: head, then cells."""
    body = page.split(f'<h2 id="{section}">', 1)[1].split("</table>", 1)[0]
    found = {}
    for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL):
        cells = [
            unescape(re.sub(r"<[^>]+>", " ", cell)).split()
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        ]
        found[cells[0][0]] = [" ".join(cell) for cell in cells]
    return found


def deliver(staff: StaffSite) -> None:
    """Three households of two children: all letters went out; one showed a code and exchanged it.

    One declined a child.
    """
    people = [staff.add_household() for _ in range(3)]
    staff.give_coupons()
    with staff.database.write() as session:
        run = PrintRun(
            kind="credential",
            state="handed_over",
            planned=3,
            children=6,
            total_yen=180_000,
            folder="f",
            notice_date=staff.now.date(),
            created_at=staff.now,
            finished_at=staff.now,
            handed_over_at=staff.now,
        )
        session.add(run)
        session.flush()
        for person in people[:2]:
            session.add(
                Letter(
                    number=new_letter_number(),
                    household_id=person.household_id,
                    kind="credential",
                    state="handed_over",
                    print_run_id=run.id,
                    chunk_number=1,
                    children=2,
                    amount_yen=60_000,
                    created_at=staff.now,
                    printed_at=staff.now,
                    handed_over_at=staff.now,
                )
            )
        first, second, third = (
            [e.id for e in session.query(Entitlement).filter_by(household_id=person.household_id)]
            for person in people
        )
        session.execute(
            update(Coupon)
            .where(Coupon.entitlement_id.in_(first))
            .values(state="revealed", revealed_at=staff.now)
        )
        session.execute(
            update(Coupon).where(Coupon.entitlement_id == first[0]).values(state="exchanged")
        )
        change(work_in(session, now=staff.now), first[0], "exchange")
        change(work_in(session, now=staff.now), second[0], "decline")
        change(work_in(session, now=staff.now), third[0], "exclude")


@pytest.mark.parametrize("means", DeliveredMeans)
def test_all_three_figures_show_and_the_setting_moves_the_mark(
    staff: StaffSite, background_loop: Loop, means: DeliveredMeans
) -> None:
    deliver(staff)
    site = replace(staff.site, filed=replace(staff.site.program, delivered_means=means))
    chosen = make_staff(site, staff.database, background_loop, staff.folder)
    rows = rows_of(chosen.enter_as(Role.AUDITOR).open("/").text, "delivered")
    assert [row[1:] for name, row in rows.items() if name != "数え方"] == [
        ["2", "3", "90,000円"],
        ["1", "2", "60,000円"],
        ["1", "1", "30,000円"],
        ["3", "4", "120,000円"],
    ]
    words = {
        "handed_over": "手紙を引き渡した",
        "revealed": "クーポンを表示した",
        "exchanged": "クーポンを交換した",
    }
    assert [name for name, row in rows.items() if "配達済みと数える" in row[0]] == [words[means]]


@pytest.mark.parametrize(
    ("now", "first", "new_letter"),
    [
        (datetime(2023, 6, 1, tzinfo=UTC), "サインイン", "未開始"),
        (datetime(2023, 7, 4, 3, tzinfo=UTC), "辞退の受付", "受付中"),
        (datetime(2023, 12, 11, 3, tzinfo=UTC), "代替品の申し出", "あと10日"),
        (datetime(2023, 12, 21, 14, 59, tzinfo=UTC), "再配送の申し込み", "きょうまで"),
        (datetime(2023, 12, 21, 15, 0, tzinfo=UTC), "コールセンター", "終了"),
    ],
    ids=["before", "open", "closing", "last day", "over"],
)
def test_every_window_shows_with_its_state_and_the_next_change_first(
    sqlite_staff: StaffSite, now: datetime, first: str, new_letter: str
) -> None:
    sqlite_staff.clock.instant = now
    rows = rows_of(sqlite_staff.enter_as(Role.AGENT).open("/").text, "windows")
    assert len(rows) == 11
    assert rows["手紙の出し直し"][1] == new_letter
    assert rows["手紙の出し直し"][3] == "2023-12-21"
    assert list(rows)[1] == first


def test_the_steps_end_when_every_letter_went_out(sqlite_staff: StaffSite) -> None:
    deliver(sqlite_staff)
    officer = sqlite_staff.enter_as(Role.OFFICER)
    steps = officer.open("/").text.split('<ol class="steps">', 1)[1].split("</ol>", 1)[0]
    last = steps.rsplit("<li", 1)[1]
    assert "手紙を印刷会社に渡す" in last
    assert "2 / 3" in last


def test_the_step_of_codes_waits_for_no_child_that_gets_none(sqlite_staff: StaffSite) -> None:
    staff = sqlite_staff
    first, _other, hidden = (
        staff.add_household(),
        staff.add_household(),
        staff.add_household(protected=True),
    )
    with staff.database.write() as session:
        session.execute(
            update(Entitlement)
            .where(Entitlement.household_id == first.household_id)
            .values(claimed_by="alternative", claim_id=1)
        )
    before = next(one for one in _steps(staff) if one.name == "assign")
    assert (before.state != StepState.DONE, before.done, before.all) == (True, 0, 2)
    staff.give_coupons()
    after = next(one for one in _steps(staff) if one.name == "assign")
    assert (after.state, after.done, after.all) == (StepState.DONE, 2, 2), hidden


def _steps(staff: StaffSite) -> list[Step]:
    with staff.database.read() as session:
        return next_steps(session)


def test_what_is_late_with_the_ward_is_a_link_for_those_who_see_the_management(
    sqlite_staff: StaffSite,
) -> None:
    staff, now = sqlite_staff, sqlite_staff.now
    program, contractor = staff.site.program, Organization.CONTRACTOR
    officer = Actor(Role.OFFICER, staff.hire(Role.OFFICER).id, contractor)
    asked = program.calendar.business_days_before(jst_date(now), questions.ANSWER_DAYS)
    with staff.database.write() as session:
        services.propose(
            work_in(session, officer, now),
            services.Draft("pages", "texts.toml", b"a = 1\n", "初版"),
        )
        asking.ask(work_in(session, officer, now), 1, asked)
        asking.ask(work_in(session, officer, now), 2, asked - timedelta(days=1))
        for one in milestones.late(work_in(session, now=now, program=program))[1:]:
            milestones.move(work_in(session, officer, now, program=program), one.key, "finish")
        (left,) = milestones.late(work_in(session, now=now, program=program))
    page = staff.enter_as(Role.WARD_OFFICER).open("/").text
    late = page.split('id="with-ward"', 1)[1].split("</section>", 1)[0]
    links = re.findall(r'href="([^"]+)"', late)
    assert links == [
        f"/management/milestones/{left.key}",
        "/documents",
        "/documents#version-1",
        "/questions/2",
        *[f"/agreements#what-{key}" for key in AgreedKey],
    ]
    assert "期限を過ぎました" in staff.enter_as(Role.AUDITOR).open("/questions/2").text
    for role in (Role.AGENT, Role.SUPERVISOR):
        assert 'id="with-ward"' not in staff.enter_as(role).open("/").text


def tiles(page: str) -> list[str]:
    """What the tiles say, with their figures."""
    found = re.findall(r'<a class="tile.*?</a>', page, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", tile)).split()) for tile in found]


def test_calls_back_have_one_tile_and_what_the_office_goes_on_with_another(
    sqlite_staff: StaffSite,
) -> None:
    agent = Actor(Role.AGENT, sqlite_staff.hire(Role.AGENT).id, Organization.CONTRACTOR)
    with sqlite_staff.database.write() as session:
        for kind, state in (
            (TaskKind.CALL_BACK, "waiting"),
            (TaskKind.CALL_BACK, "handed_on"),
            (TaskKind.CALL_BACK, "handed_on"),
            (TaskKind.UNMATCHED, "waiting"),
        ):
            task = open_task(work_in(session, agent, sqlite_staff.now), kind, None, {})
            session.add(CallBack(task_id=task.id, state=state))
    found = tiles(sqlite_staff.enter_as(Role.OFFICER).open("/").text)
    assert [tile for tile in found if "折り返し" in tile] == [
        "2 折り返しの電話",
        "2 折り返しでつながり、続きを待つ用件",
    ]
    assert "1 照合できない依頼" in found
    assert "3 折り返しの電話" in tiles(sqlite_staff.enter_as(Role.WARD_OFFICER).open("/").text)


def test_faxes_that_wait_have_a_tile_with_what_is_due_today(sqlite_staff: StaffSite) -> None:
    colleague = sqlite_staff.hire(Role.AGENT)
    agent = sqlite_staff.enter(colleague)
    assert "0 対応を待つFAX" in tiles(agent.open("/").text)
    actor = Actor(Role.AGENT, colleague.id, Organization.CONTRACTOR)
    today = jst_date(sqlite_staff.now)
    with sqlite_staff.database.write() as session:
        for number, due in enumerate((today, today + timedelta(days=1))):
            new = NewFax(
                sqlite_staff.now - timedelta(minutes=9),
                checked(fax((172, 110 + number))),
                CallLanguage.JA,
                "",
            )
            calendar = sqlite_staff.site.program.calendar
            receive(work_in(session, actor, sqlite_staff.now), calendar, new).due_on = due
    found = tiles(agent.open("/").text)
    assert "2 対応を待つFAX" in found
    assert "1 返信の期限がきょうまでのFAX" in found
    assert not any(
        "FAX" in tile for tile in tiles(sqlite_staff.enter_as(Role.WARD_OFFICER).open("/").text)
    )


def test_each_kind_of_approval_leads_to_the_page_where_it_is_confirmed(
    sqlite_staff: StaffSite,
) -> None:
    staff = sqlite_staff
    first = staff.hire(Role.OFFICER)
    actor = Actor(Role.OFFICER, first.id, Organization.CONTRACTOR)
    with staff.database.write() as session:
        for kind, subject in (("count_stock", "stock_count"), ("accept_transfer", "file_transfer")):
            propose(work_in(session, actor, staff.now), kind, subject, 1)
    ward = staff.enter_as(Role.WARD_OFFICER).open("/").text
    tiles = ward.split('<ul class="tiles">', 1)[1].split("</ul>", 1)[0]
    assert 'href="/stock"' in tiles
    assert 'href="/transfers?shown=proposed"' in tiles
    assert "二人目を待つ棚卸し" in tiles
    assert tiles.count('href="/holds"') == 1, "only the households on hold"


@pytest.mark.parametrize(
    ("kind", "table", "tile"),
    [
        ("release_hold", "hold", "承認を待つ保留の解除"),
        ("print_text", "household", "承認を待つ、印字する文字"),
        ("accept_request", "request", "二人目の承認を待つ申請"),
        ("channel_change", "credential", "二人目を待つ受け取り方の変更"),
        ("household_disposal", "household", "承認を待つ世帯の廃棄"),
    ],
)
def test_a_proposal_about_a_protected_family_is_counted_for_the_ward_alone(
    sqlite_staff: StaffSite, kind: str, table: str, tile: str
) -> None:
    staff = sqlite_staff
    person = staff.add_household()
    actor = Actor(Role.OFFICER, staff.hire(Role.OFFICER).id, Organization.CONTRACTOR)
    keys = {"household": person.household_id, "credential": person.credential_id}
    others: dict[str, dict[str, object]] = {"hold": {"detail": {}}, "request": {"claimed_by": None}}
    with staff.database.write() as session:
        if table in others:
            add = Filling(session).add
            keys[table] = add(table, household_id=person.household_id, **others[table])
        propose(work_in(session, actor, staff.now), kind, table, keys[table])
    office, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    assert tile in office.open("/").text
    with staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    assert tile not in office.open("/").text, "its page lists none for the office"
    has_page = kind != "channel_change"  # what the desk changes is no page of the ward
    assert (tile in ward.open("/").text) is has_page
