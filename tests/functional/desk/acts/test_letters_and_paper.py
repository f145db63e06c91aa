"""New letter, report lost, paper alternative and decline form, for callers.

The portal's services, marked on behalf.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from portal.domain.contacts.calls.kinds import CallChannel, CallLanguage
from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.services import hang_up
from portal.domain.desk.call_desk.acting.decline_form import ask_decline_form
from portal.domain.foundation.actors import Role
from portal.domain.letters.letters.models import Letter
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.credentials.models import Credential
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.requests.models import Request
from tests.functional.desk.acts.support import Desk
from tests.functional.requests.redeliveries.support import handed_over
from tests.support.people import CANARY_CHILDREN, Person
from tests.support.resident import start_session
from tests.support.work import work_in

PAPER = {"child-1": "1", "product-1": "gift_card", "product-2": "book_card", "why": "disability"}


def state_of(desk: Desk, person: Person) -> str:
    with desk.staff.database.read() as session:
        return session.get_one(Credential, person.credential_id).state


def coupons_of(desk: Desk) -> list[str]:
    with desk.staff.database.read() as session:
        statement = select(Coupon.state).where(Coupon.entitlement_id.is_not(None))
        return list(session.scalars(statement.order_by(Coupon.entitlement_id)))


def test_a_new_letter_is_left_to_the_back_office_and_the_owner_is_told(desk: Desk) -> None:
    person = desk.post.household(active=True)
    desk.telephone(person)
    desk.in_call(person, Level.STATUS)
    page = desk.do(person, "new-letter")
    (act,) = desk.acts()
    assert act.receipt_no in page.text
    with desk.staff.database.read() as session:
        task = session.scalars(select(Task).where(Task.kind == TaskKind.NEW_LETTER)).one()
        assert (task.receipt_no, task.household_id) == (act.receipt_no, person.household_id)
        place = f"/tasks/{task.id}"
    assert state_of(desk, person) == "active", (
        "the old ID and password end when the new letter is printed"
    )
    assert desk.staff.count(OutboxMessage, purpose="notice.new_letter") == 1
    officer = desk.staff.enter_as(Role.OFFICER)
    shown = officer.open(place).text
    assert "電話で受け付け（係員が代わりに入力）・状況まで伝えられる" in shown, (
        "whoever decides sees how far it was checked"
    )


def test_asked_for_in_a_second_call_it_is_the_same_request(desk: Desk) -> None:
    person = desk.post.household(active=True)
    desk.telephone(person)
    for form_key in ("one", "two"):
        call_id = desk.in_call(person, Level.STATUS)
        assert desk.do(person, "new-letter", {"form_key": form_key}).status_code == 200
        desk.end(call_id)
    first, second = desk.acts()
    assert first.receipt_no == second.receipt_no
    assert first.call_id != second.call_id
    assert (
        desk.staff.count(Task) == desk.staff.count(OutboxMessage, purpose="notice.new_letter") == 1
    )


def test_before_the_first_letter_was_sent_there_is_no_new_one(sqlite_desk: Desk) -> None:
    person = sqlite_desk.post.household(letter=False)
    sqlite_desk.in_call(person)
    answer = sqlite_desk.do(person, "new-letter")
    assert answer.status_code == 422
    assert "まだ送っていません" in answer.text
    assert not sqlite_desk.staff.count(Letter)


def test_while_the_mail_house_has_the_letter_there_is_no_new_one(sqlite_desk: Desk) -> None:
    person = sqlite_desk.post.household(letter=False)
    with sqlite_desk.staff.database.write() as session:
        handed_over(session, person)
    sqlite_desk.in_call(person)
    answer = sqlite_desk.do(person, "new-letter")
    assert answer.status_code == 422
    assert "まだ送っていません" in answer.text
    assert not sqlite_desk.staff.count(Task)


@pytest.mark.asvs("7.4.5")
def test_a_reported_loss_shuts_the_account_at_once(desk: Desk) -> None:
    person = desk.post.household(active=True)
    desk.telephone(person)
    start_session(desk.staff.database, person, desk.now)
    desk.in_call(person)
    pages = [desk.do(person, "lost", {"form_key": key}) for key in ("one", "one", "two")]
    assert [page.status_code for page in pages] == [200] * 3
    (act,) = desk.acts()
    assert all(act.receipt_no in page.text for page in pages)
    assert state_of(desk, person) == "suspended"
    assert desk.staff.count(Task, kind=TaskKind.REPORT_LOST) == 1
    assert desk.staff.count(AuthSession, site=sessions.RESIDENT) == 0
    assert desk.staff.count(OutboxMessage, purpose="notice.new_letter") == 1
    (event,) = desk.staff.events("credential.suspend")
    assert (event.actor_role, event.actor_id, event.channel) == ("agent", desk.agent.id, "phone")


def test_paper_is_asked_for_with_a_reason_and_hides_the_coupon(desk: Desk) -> None:
    person = desk.post.household(active=True)
    desk.staff.give_coupons()
    desk.in_call(person, language=CallLanguage.ZH)
    page = desk.open(person, "alternative")
    assert not any(name in page.text for pair in CANARY_CHILDREN for name in pair), (
        "children are masked"
    )
    for wrong, field in (
        ({"why": ""}, "理由"),
        ({"child-1": ""}, "こども"),
        ({"product-1": "gold"}, "種類"),
    ):
        data = {name: value for name, value in (PAPER | wrong).items() if value}
        answer = desk.do(person, "alternative", data)
        assert answer.status_code == 422
        assert field in answer.text
    assert coupons_of(desk) == ["assigned", "assigned"]
    for _again in range(2):
        page = desk.do(person, "alternative", PAPER)
    with desk.staff.database.read() as session:
        row = session.scalars(select(Request)).one()
        item = session.scalars(select(AlternativeItem)).one()
        assert (row.channel, row.entered_by, row.state, row.language) == (
            "phone",
            desk.agent.id,
            "waiting",
            "zh_Hans",
        )
        assert (item.ordinal, item.product) == (1, "gift_card")
        assert row.receipt_no in page.text
    assert coupons_of(desk) == ["suspended", "assigned"]
    again = desk.open(person, "alternative")
    assert "紙の代替品の手続き中です" in again.text
    refused = desk.do(person, "alternative", PAPER | {"form_key": "two"})
    assert refused.status_code == 422


def test_a_call_is_never_a_decline_only_the_form_is_sent(desk: Desk) -> None:
    person = desk.post.household(active=True)
    desk.staff.give_coupons()
    desk.in_call(person)
    page = desk.do(person, "decline-form")
    (act,) = desk.acts()
    assert act.receipt_no in page.text
    assert "まだ辞退にはなっていません" in page.text
    assert (
        desk.staff.count(Task, kind=TaskKind.DECLINE_FORM, state="open", receipt_no=act.receipt_no)
        == 1
    )
    assert desk.staff.count(Request) == desk.staff.count(DeclineItem) == 0
    assert coupons_of(desk) == ["assigned", "assigned"]


def test_two_agents_at_once_send_one_form(desk: Desk) -> None:
    person = desk.post.household(active=True)
    agents = [desk.agent, *(desk.staff.hire(Role.AGENT) for _more in range(3))]
    for agent in agents:
        desk.know(person, Level.ACT, call_id=desk.call(agent, channel=CallChannel.FAX))

    def ask(number: int) -> str:
        with desk.staff.database.write() as session:
            return ask_decline_form(
                work_in(
                    session, desk.actor(agents[number]), desk.now, program=desk.staff.site.program
                ),
                person.household_id,
            ).receipt_no

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(ask, range(4)))
    assert len(numbers) == desk.staff.count(Task) == 1
    assert [act.channel for act in desk.acts()] == ["fax"] * 4, "each call keeps what it did"


@pytest.mark.parametrize("place", ["new-letter", "lost", "decline-form"])
def test_after_the_talk_what_was_asked_for_may_still_be_entered(
    sqlite_desk: Desk, place: str
) -> None:
    person = sqlite_desk.post.household(active=True)
    call_id = sqlite_desk.in_call(person)
    with sqlite_desk.staff.database.write() as session:
        hang_up(work_in(session, sqlite_desk.actor(), sqlite_desk.now), call_id)
    assert sqlite_desk.do(person, place).status_code == 200


def test_another_agents_receipt_is_not_there(sqlite_desk: Desk) -> None:
    person = sqlite_desk.post.household(active=True)
    sqlite_desk.in_call(person)
    place = sqlite_desk.do(person, "decline-form").url.path
    assert sqlite_desk.visitor.get(place).status_code == 200
    other = sqlite_desk.staff.enter_as(Role.AGENT)
    assert other.get(place).status_code == 404
    assert (
        sqlite_desk.visitor.get(place.replace(f"/{person.household_id}/", "/77/")).status_code
        == 404
    )
