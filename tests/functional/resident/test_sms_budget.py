"""The budget of SMS: told at four fifths, braked when spent, doubled by an officer."""

import pytest
from sqlalchemy import delete, update

from portal.domain.foundation.actors import Role
from portal.domain.people.authn.models import ThrottleBucket
from portal.domain.people.authn.sms_count import SENT
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from tests.functional.resident.test_codes import with_sms
from tests.support.people import Person
from tests.support.resident import Resident, Visitor
from tests.support.staff import StaffSite

BUDGET = 20_000
WAIT = "いま使える番号がありません。新しい番号は、"


def sent_elsewhere(
    site: Resident | StaffSite, number: int, *, beside_earlier: bool = False
) -> None:
    """So many codes went out by SMS at this moment, to other families."""
    counted, now = ThrottleBucket.key.like("t7b:%:%"), site.clock.instant
    with site.database.write() as session:
        if not beside_earlier:
            session.execute(delete(ThrottleBucket).where(counted))
        SENT.add(session, now)
        these = counted & (ThrottleBucket.window_start == now)
        session.execute(update(ThrottleBucket).where(these).values(count=number))


def stranger_in(resident: Resident, person: Person) -> Visitor:
    """The password is typed in a browser that was never here."""
    visitor = resident.visitor("198.51.100.20")
    visitor.open("/signin")
    typed = {"login_id": person.login_id, "password": person.password}
    assert visitor.send("/signin/submit", typed).url.path == "/signin/code"
    return visitor


def test_a_spent_budget_sends_no_code_to_a_stranger_but_to_a_known_browser(
    resident: Resident,
) -> None:
    person, owner = with_sms(resident)
    resident.messages()
    sent_elsewhere(resident, BUDGET)
    resident.clock.advance(minutes=2)
    stranger = stranger_in(resident, person)
    assert resident.messages() == []
    page = stranger.open("/signin/code").text
    assert WAIT in page
    assert "午後2時5分から" in page, "when the five minutes of the rush no longer count"
    refused = stranger.post("/signin/code/send", {"channel": "sms"})
    assert refused.status_code == 429
    assert WAIT in refused.text
    assert resident.messages() == []
    owner.send("/signout")
    owner.open("/signin")
    owner.send("/signin/submit", {"login_id": person.login_id, "password": person.password})
    assert len(resident.messages()) == 1


def test_the_page_says_when_enough_of_a_long_rush_no_longer_counts(resident: Resident) -> None:
    person, _owner = with_sms(resident)
    resident.messages()
    sent_elsewhere(resident, 100)
    resident.clock.advance(minutes=20)
    sent_elsewhere(resident, BUDGET, beside_earlier=True)
    resident.clock.advance(minutes=1)
    stranger = stranger_in(resident, person)
    assert "午後2時25分から" in stranger.open("/signin/code").text, "a hundred fewer are too many"
    resident.clock.advance(minutes=63)
    assert stranger_in(resident, person).post("/signin/code/send").status_code == 429
    resident.clock.advance(minutes=1)
    stranger_in(resident, person)
    assert len(resident.messages()) == 1


def test_a_first_sign_in_is_told_when_and_may_choose_an_app_instead(resident: Resident) -> None:
    visitor = resident.enter(resident.add(), stage="channel")
    sent_elsewhere(resident, BUDGET)
    visitor.send("/start/channel/choose", {"channel": "sms"})
    refused = visitor.post("/start/channel/address/submit", {"address": "09012345678"})
    assert refused.status_code == 429
    assert WAIT in refused.text
    assert resident.messages() == []
    assert '<a class="back" href="/start/channel">' in refused.text
    assert visitor.send("/start/channel/choose", {"channel": "totp"}).url.path.endswith("/prove")


def test_the_brake_ends_when_the_hours_count_falls(resident: Resident) -> None:
    person, _owner = with_sms(resident)
    resident.messages()
    sent_elsewhere(resident, BUDGET)
    resident.clock.advance(minutes=66)
    stranger_in(resident, person)
    assert len(resident.messages()) == 1


def test_staff_get_one_task_at_four_fifths_and_one_when_it_is_spent(resident: Resident) -> None:
    sent_elsewhere(resident, BUDGET * 4 // 5 - 3)
    with_sms(resident)
    assert set(resident.tasks()) == set()
    resident.clock.advance(minutes=1)
    sent_elsewhere(resident, BUDGET * 4 // 5 - 1)
    with_sms(resident)
    assert set(resident.tasks()) == {"sms_budget_low"}
    resident.clock.advance(minutes=1)
    sent_elsewhere(resident, BUDGET - 1)
    with_sms(resident)
    assert set(resident.tasks()) == {"sms_budget_low", "sms_budget_spent"}


def test_an_app_and_a_mail_cost_nothing_and_count_nothing(resident: Resident) -> None:
    person = resident.add(active=True)
    sent_elsewhere(resident, BUDGET)
    visitor = stranger_in(resident, person)
    code = {"code": person.totp(resident.now)}
    assert visitor.send("/signin/code/submit", code).url.path == "/home"


@pytest.mark.parametrize("kind", [TaskKind.SMS_BUDGET_LOW, TaskKind.SMS_BUDGET_SPENT])
def test_the_task_says_what_to_do_and_is_about_no_household(kind: TaskKind) -> None:
    assert "システムの状態" in kind.advice


def test_an_officer_doubles_the_budget_for_the_day_with_a_reason(staff: StaffSite) -> None:
    sent_elsewhere(staff, BUDGET)
    officer = staff.enter_as(Role.OFFICER)
    page = officer.open("/system").text
    assert "この1時間に20,000通（上限20,000通の100%）" in page
    assert "送信を制限中" in page
    assert "上限は変わっていません" in officer.send("/system/sms", {}).text
    done = officer.send("/system/sms", {"reason": "first_days"}).text
    assert "今日の上限を2倍にしました" in done
    assert "上限40,000通の50%" in done
    assert "もう上げてあります" in officer.send("/system/sms", {"reason": "other"}).text
    (event,) = staff.events("sms.budget_raised")
    assert event.detail == {"reason": "first_days"}
    assert staff.count(Task) == 0
    staff.clock.advance(hours=24)
    assert "上限20,000通" in staff.enter_as(Role.OFFICER).open("/system").text


def test_an_agent_cannot_raise_it(staff: StaffSite) -> None:
    assert staff.enter_as(Role.AGENT).post("/system/sms", {"reason": "other"}).status_code == 403
    assert staff.events("sms.budget_raised") == []
