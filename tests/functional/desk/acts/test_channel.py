"""A new channel after a call back to the old number.

Two people, the owner is told, and no less is asked than for a letter.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.domain.contacts.calls.levels import Level
from portal.domain.desk.call_desk.acting import channel
from portal.domain.foundation.actors import Role
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.errors import DomainError
from portal.domain.people.authn import sessions
from portal.domain.people.authn.hold import HOLD
from portal.domain.people.authn.models import AuthSession, BackupCode, OneTimeCode, OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row, move
from portal.domain.people.households.models import Household
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.signin import changes
from portal.platform.site import Site
from tests.functional.desk.acts.support import Desk
from tests.support.people import Person
from tests.support.resident import Loop, Resident, make_resident, start_session
from tests.support.staff import Colleague
from tests.support.work import work_in

BIRTH = {"era": "昭和", "year": "58", "month": "11", "day": "27"}
LIST = "/channel-changes"


def proposed(desk: Desk) -> tuple[Person, int]:
    """A household whose old number was called, with the proposal that waits."""
    person = desk.post.household(active=True)
    desk.telephone(person)
    desk.in_call(person, called_back=True)
    assert desk.do(person, "channel").status_code == 200
    with desk.staff.database.read() as session:
        return person, session.scalars(
            select(Approval.id).where(Approval.state == "proposed")
        ).one()


def state_of(desk: Desk, person: Person) -> str:
    with desk.staff.database.read() as session:
        return session.get_one(Credential, person.credential_id).state


def a_day_later(desk: Desk) -> None:
    """Let the hold end, and the worker's job have its turn."""
    desk.staff.clock.advance(seconds=HOLD.total_seconds())
    with desk.staff.database.write() as session:
        work = work_in(session, now=desk.now, program=desk.staff.site.program)
        for key in changes.due_accounts(session, desk.now):
            changes.settle(work, key)


def confirm(desk: Desk, key: int, colleague: Colleague, role: Role = Role.SUPERVISOR) -> str:
    """What the second person meets: "" or the refusal's code."""
    try:
        with desk.staff.database.write() as session:
            channel.confirm(
                work_in(
                    session, desk.actor(colleague, role), desk.now, program=desk.staff.site.program
                ),
                key,
            )
    except DomainError as error:
        return error.code
    return ""


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.OFFICER])
def test_two_people_let_a_household_enroll_anew(desk: Desk, role: Role) -> None:
    person, key = proposed(desk)
    start_session(desk.staff.database, person, desk.now)
    (act,) = desk.acts()
    assert state_of(desk, person) == "active", "a proposal changes nothing"
    assert desk.staff.count(OtpAuthenticator) == 2
    second = desk.staff.enter_as(role)
    page = second.open(LIST)
    assert act.receipt_no in page.text
    assert "09011112222" not in page.text
    for _again in range(2):
        page = second.send(f"{LIST}/{key}/confirm", {"form_key": "c"})
        assert page.status_code == 200
    assert "確認しました" in page.text
    assert state_of(desk, person) == "active", "for a day the old channels are in force"
    assert desk.staff.count(OtpAuthenticator) == 2
    assert desk.staff.count(AuthSession, site=sessions.RESIDENT) == 0
    assert desk.staff.count(OutboxMessage, purpose="notice.change_held", kind="sms") == 1
    assert [event.action for event in desk.staff.events("approval.confirmed")] == [
        "approval.confirmed"
    ]
    (event,) = desk.staff.events("credential.reset_held")
    assert (event.household_id, event.actor_role) == (person.household_id, role.value)
    a_day_later(desk)
    assert state_of(desk, person) == "issued"
    assert (
        desk.staff.count(OtpAuthenticator)
        == desk.staff.count(BackupCode)
        == desk.staff.count(OneTimeCode)
        == 0
    )
    (event,) = desk.staff.events("credential.reset_channel")
    assert (event.household_id, event.actor_role) == (person.household_id, "system")


@pytest.mark.asvs("6.4.4")
def test_nobody_confirms_the_own_proposal(desk: Desk) -> None:
    person = desk.post.household(active=True)
    supervisor = desk.staff.hire(Role.SUPERVISOR)
    desk.visitor, desk.agent = desk.staff.enter(supervisor), supervisor
    call_id = desk.call(supervisor, Role.SUPERVISOR)
    desk.know(person, Level.ACT, call_id=call_id, called_back=True)
    assert desk.do(person, "channel").status_code == 200
    with desk.staff.database.read() as session:
        key = session.scalars(select(Approval.id)).one()
    page = desk.visitor.open(LIST)
    assert "あなたの提案です" in page.text
    assert f"{key}/confirm" not in page.text
    answer = desk.visitor.send(f"{LIST}/{key}/confirm", {"form_key": "c"})
    assert answer.status_code == 422
    assert "自分では承認できません" in answer.text
    assert state_of(desk, person) == "active"
    assert confirm(desk, key, supervisor) == "not_allowed"


def test_an_agent_does_not_confirm(sqlite_desk: Desk) -> None:
    _person, key = proposed(sqlite_desk)
    agent = sqlite_desk.staff.enter_as(Role.AGENT)
    assert agent.get(LIST).status_code == 403
    assert agent.post(f"{LIST}/{key}/confirm").status_code == 403


@pytest.mark.asvs("6.4.4")
def test_without_a_call_back_there_is_only_a_new_letter(sqlite_desk: Desk) -> None:
    person = sqlite_desk.post.household(active=True)
    sqlite_desk.in_call(person, Level.ACT)
    assert "新しい手紙だけです" in sqlite_desk.open(person, "channel").text
    answer = sqlite_desk.do(person, "channel")
    assert answer.status_code == 422
    assert "新しい手紙だけです" in answer.text
    assert not sqlite_desk.acts()
    assert not sqlite_desk.staff.count(Approval)


@pytest.mark.parametrize("state", ["issued", "locked", "suspended"])
def test_only_an_account_in_use_has_a_channel_to_change(sqlite_desk: Desk, state: str) -> None:
    person = sqlite_desk.post.household(active=state != "issued")
    if state != "issued":
        action = {"locked": "lock", "suspended": "suspend"}[state]
        with sqlite_desk.staff.database.write() as session:
            move(
                work_in(session, sqlite_desk.actor(), sqlite_desk.now),
                lock_row(session, person.credential_id),
                action,
            )
    sqlite_desk.in_call(person, called_back=True)
    assert sqlite_desk.do(person, "channel").status_code == 422
    assert not sqlite_desk.staff.count(Approval)


def test_proposed_once_it_waits_for_the_other_person(desk: Desk) -> None:
    person, _key = proposed(desk)
    answer = desk.do(person, "channel", {"form_key": "two"})
    assert answer.status_code == 422
    assert "もう提案されています" in answer.text
    assert desk.do(person, "channel").status_code == 200, "the same form again shows its receipt"
    assert desk.staff.count(Approval, state="proposed") == len(desk.acts()) == 1


def test_refused_it_stays_as_it_was_and_cannot_be_confirmed_any_more(desk: Desk) -> None:
    person, key = proposed(desk)
    second = desk.staff.enter_as(Role.OFFICER)
    page = second.send(f"{LIST}/{key}/refuse", {"form_key": "r"})
    assert "いままでの受け取り方のままです" in page.text
    assert state_of(desk, person) == "active"
    late = second.send(f"{LIST}/{key}/confirm", {"form_key": "c"})
    assert late.status_code == 422
    assert confirm(desk, key, desk.staff.hire(Role.SUPERVISOR)) == "wrong_state"
    assert second.send(f"{LIST}/{key}/refuse", {"form_key": "again"}).status_code == 422
    assert desk.staff.count(OtpAuthenticator) == 2


def test_confirmed_it_cannot_be_refused_any_more(desk: Desk) -> None:
    _person, key = proposed(desk)
    assert confirm(desk, key, desk.staff.hire(Role.SUPERVISOR)) == ""
    answer = desk.staff.enter_as(Role.OFFICER).send(f"{LIST}/{key}/refuse", {"form_key": "r"})
    assert answer.status_code == 422


def test_a_day_after_the_call_back_it_is_called_back_again(desk: Desk) -> None:
    person, key = proposed(desk)
    desk.staff.clock.instant = desk.now + channel.LIFE
    supervisor = desk.staff.hire(Role.SUPERVISOR)
    assert "1日たちました" in desk.staff.enter(supervisor).open(LIST).text
    assert confirm(desk, key, supervisor) == "too_late"
    assert state_of(desk, person) == "active"
    with desk.staff.database.read() as session:
        assert session.get_one(Approval, key).state == "proposed", "a refusal leaves nothing behind"
    desk.visitor = desk.staff.enter(desk.agent)
    assert desk.do(person, "channel", {"form_key": "two"}).status_code == 200
    with desk.staff.database.read() as session:
        states = list(session.scalars(select(Approval.state).order_by(Approval.id)))
    assert states == ["withdrawn", "proposed"]


@pytest.mark.parametrize("change", ["protected", "suspended", "window"])
def test_what_changed_meanwhile_stands_against_it(sqlite_desk: Desk, change: str) -> None:
    person, key = proposed(sqlite_desk)
    supervisor = sqlite_desk.staff.hire(Role.SUPERVISOR)
    with sqlite_desk.staff.database.write() as session:
        if change == "protected":
            session.get_one(Household, person.household_id).protected = True
        elif change == "suspended":
            move(
                work_in(session, sqlite_desk.actor(), sqlite_desk.now),
                lock_row(session, person.credential_id),
                "suspend",
            )
        else:
            sqlite_desk.staff.clock.instant = datetime(2024, 6, 1, 3, 0, tzinfo=UTC)
            session.execute(
                update(Approval).values(proposed_at=sqlite_desk.now - timedelta(hours=1))
            )
    code = {"protected": "not_found", "suspended": "wrong_state", "window": "too_late"}[change]
    assert confirm(sqlite_desk, key, supervisor) == code
    if change == "protected":
        assert "確認を待つ変更はありません" in sqlite_desk.staff.enter(supervisor).open(LIST).text
    assert sqlite_desk.staff.count(OtpAuthenticator) == 2
    assert not sqlite_desk.staff.count(OutboxMessage, purpose="notice.change_held")


def test_two_supervisors_at_once_change_it_once(desk: Desk) -> None:
    _person, key = proposed(desk)
    supervisors = [desk.staff.hire(Role.SUPERVISOR) for _one in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: confirm(desk, key, one), supervisors))
    assert sorted(found) == ["", *["wrong_state"] * 3]
    assert desk.staff.count(OutboxMessage, purpose="notice.change_held") == 1


def test_no_other_proposal_is_decided_here(sqlite_desk: Desk) -> None:
    _person, key = proposed(sqlite_desk)
    with sqlite_desk.staff.database.write() as session:
        session.execute(update(Approval).values(kind="release"))
    officer = sqlite_desk.staff.enter_as(Role.OFFICER)
    for action in ("confirm", "refuse"):
        assert officer.send(f"{LIST}/{key}/{action}").status_code == 404
        assert officer.send(f"{LIST}/999/{action}").status_code == 404


def resident_of(desk: Desk, base: Site, loop: Loop, folder: Path) -> Resident:
    return make_resident(base, desk.staff.database, loop, folder)


@pytest.mark.asvs("6.4.4")
def test_the_household_enrolls_at_its_next_sign_in_as_with_a_new_letter(
    desk: Desk, resident_base: Site, background_loop: Loop, tmp_path: Path
) -> None:
    person, key = proposed(desk)
    old_backup = person.backup[0]
    with desk.staff.database.read() as session:
        activated = session.get_one(Credential, person.credential_id).activated_at
    assert confirm(desk, key, desk.staff.hire(Role.SUPERVISOR)) == ""
    site = resident_of(desk, resident_base, background_loop, tmp_path)
    site.messages()
    assert site.sign_in(person).place == "/signin/code"
    site.clock.advance(seconds=HOLD.total_seconds() - 60)
    assert site.sign_in(person).place == "/signin/code"
    site.clock.advance(seconds=60)
    site.messages()
    visitor = site.sign_in(person)
    assert visitor.place == "/start/birth", "the birth date is asked for again"
    wrong = visitor.send("/start/birth/submit", BIRTH | {"day": "26"})
    assert wrong.status_code == 422
    visitor.send("/start/birth/submit", BIRTH)
    assert visitor.place == "/start/channel"
    visitor.send("/start/channel/choose", {"channel": "sms"})
    visitor.send("/start/channel/address/submit", {"address": "080-3333-4444"})
    page = visitor.send("/start/channel/prove/submit", {"code": site.last_code()})
    assert visitor.place == "/start/backup-codes"
    assert old_backup not in re.sub(r"\s", "", page.text)
    visitor.send("/start/done")
    assert visitor.place == "/home"
    with desk.staff.database.read() as session:
        credential = session.get_one(Credential, person.credential_id)
        assert (credential.state, credential.activated_at) == ("active", activated)


def test_an_own_password_goes_on_and_the_letters_does_not_come_back(
    desk: Desk, resident_base: Site, background_loop: Loop, tmp_path: Path
) -> None:
    person, key = proposed(desk)
    site = resident_of(desk, resident_base, background_loop, tmp_path)
    own = "ながいもじのパスワード"
    with desk.staff.database.write() as session:
        hashed = site.site.hashes.hash(own, b"0123456789abcdef")
        lock_row(session, person.credential_id).own_password_hash = hashed
    assert confirm(desk, key, desk.staff.hire(Role.SUPERVISOR)) == ""
    site.clock.advance(seconds=HOLD.total_seconds())
    assert site.sign_in(person).place == "/signin/submit", (
        "whoever holds the letter does not get in with it"
    )
    assert site.sign_in(person, password=own).place == "/start/birth"


def test_the_old_channel_calls_the_change_off(
    desk: Desk, resident_base: Site, background_loop: Loop, tmp_path: Path
) -> None:
    """Who was called back may have been somebody else: the household still has its app."""
    person, key = proposed(desk)
    assert confirm(desk, key, desk.staff.hire(Role.SUPERVISOR)) == ""
    site = resident_of(desk, resident_base, background_loop, tmp_path)
    site.clock.advance(hours=20)
    visitor = site.sign_in(person)
    visitor.send("/signin/code/submit", {"code": person.totp(site.now)})
    assert "はじめから登録しなおす" in visitor.open("/account/changes").text
    assert "取り消しました" in visitor.send("/account/changes/cancel").text
    desk.staff.clock.instant = site.now
    a_day_later(desk)
    assert state_of(desk, person) == "active"
    assert desk.staff.count(OtpAuthenticator) == 2


def test_while_it_waits_no_second_one_is_proposed(sqlite_desk: Desk) -> None:
    person, key = proposed(sqlite_desk)
    assert confirm(sqlite_desk, key, sqlite_desk.staff.hire(Role.SUPERVISOR)) == ""
    answer = sqlite_desk.do(person, "channel", {"form_key": "two"})
    assert answer.status_code == 422
    assert "もう確認されています" in answer.text


def test_a_session_of_the_old_channel_ends_with_it(
    desk: Desk, resident_base: Site, background_loop: Loop, tmp_path: Path
) -> None:
    person, key = proposed(desk)
    assert confirm(desk, key, desk.staff.hire(Role.SUPERVISOR)) == ""
    site = resident_of(desk, resident_base, background_loop, tmp_path)
    site.clock.advance(hours=23, minutes=55)
    visitor = site.enter(person)
    visitor.open("/home")
    assert visitor.place == "/home"
    site.clock.advance(minutes=5)
    visitor.open("/home")
    assert visitor.place == "/signin"
