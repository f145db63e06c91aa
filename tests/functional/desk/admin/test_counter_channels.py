"""The ward's counter sets a channel: two people of the ward, at once, in silence if need be."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.desk.casework import counter_channel
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.errors import ConflictError, DomainError
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.codes import add_authenticator
from portal.domain.people.authn.models import AuthSession, BackupCode, OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.protection import ProtectionSource, record_named
from portal.domain.people.notices.models import OutboxMessage
from portal.platform.site import Site
from tests.functional.desk.admin.test_household import opened
from tests.support.people import Person
from tests.support.resident import Loop, Visitor, make_resident
from tests.support.resident import start_session as enter_resident
from tests.support.staff import StaffSite
from tests.support.ways_in import ways_in
from tests.support.work import work_in

LIST = "/counter-channels"
DANGER = {
    "reason": "danger",
    "kind": "sms",
    "address": "080-9876-5432",
    "document": "passport",
    "form_key": "one",
}


def family(staff: StaffSite) -> Person:
    """A household with an app and a telephone number that somebody else holds."""
    person = staff.add_household(active=True)
    with staff.database.write() as session:
        row = add_authenticator(
            work_in(session, now=staff.now), person.credential_id, "sms", "+819011112222"
        )
        row.state, row.confirmed_at = "confirmed", staff.now
    return person


def asked(staff: StaffSite, person: Person, **other: str) -> Visitor:
    """An officer of the ward who sent the form of the counter."""
    officer = opened(staff, person, Role.WARD_OFFICER)
    officer.open(f"/households/{person.household_id}/channel")
    officer.send(f"/households/{person.household_id}/channel/propose", DANGER | other)
    return officer


def key(staff: StaffSite) -> int:
    with staff.database.read() as session:
        found = session.scalars(
            select(Approval.id).where(Approval.kind == "counter_channel").order_by(-Approval.id)
        )
        return next(iter(found))


def kinds(staff: StaffSite) -> dict[str, str]:
    with staff.database.read() as session:
        rows = session.scalars(select(OtpAuthenticator).order_by(OtpAuthenticator.id))
        return {f"{row.kind} {row.state}": "quiet" if row.quiet else "" for row in rows}


def test_two_of_the_ward_set_a_channel_at_once_and_nobody_is_told(
    staff: StaffSite, resident_base: Site, background_loop: Loop, tmp_path: Path
) -> None:
    person = family(staff)
    enter_resident(staff.database, person, staff.now)
    others = ways_in(staff.database, person.credential_id, staff.now)
    first = asked(staff, person)
    assert first.place == LIST
    assert first.page is not None
    assert "あなたの提案です" in first.page.text
    assert kinds(staff)["sms proposed"] == "quiet"
    assert staff.count(AuthSession, site=sessions.RESIDENT) == 2, "a proposal changes nothing"
    second = staff.enter_as(Role.WARD_OFFICER)
    assert "+818098765432" in second.open(LIST).text, "the second person compares the number"
    page = second.send(f"{LIST}/{key(staff)}/confirm", {"form_key": "c"})
    assert "登録しました" in page.text
    assert kinds(staff) == {"sms confirmed": "quiet"}, "what others hold is gone"
    assert staff.count(BackupCode) == staff.count(AuthSession, site=sessions.RESIDENT) == 0
    assert others.left(staff.now + timedelta(minutes=1)) == set(), "with the passkey of a phone"
    assert staff.count(OutboxMessage) == 0, "nobody is told"
    assert staff.count(Credential, card_wanted_at=None) == 1, "nor by post"
    with staff.database.read() as session:
        forgotten = session.get_one(Credential, person.credential_id).devices_forgotten_at
    assert forgotten == staff.now, "the browser of whoever held the old number is a strange one"
    (event,) = staff.events("account.counter_channel_set")
    assert (event.household_id, event.detail) == (person.household_id, {"reason": "danger"})

    site = make_resident(resident_base, staff.database, background_loop, tmp_path)
    door = site.sign_in(person)
    assert door.place == "/signin/code"
    assert door.page is not None
    for hint in ("*432", "携帯電話（", "メール（", "認証アプリを開いて"):
        assert hint not in door.page.text, hint
    door.send("/signin/code/submit", {"code": site.last_code()})
    assert door.place == "/home"


def test_no_old_channel_is_told_of_a_family_that_was_named_as_protected_meanwhile(
    staff: StaffSite,
) -> None:
    person = family(staff)
    first, second = (
        Actor(Role.WARD_OFFICER, staff.hire(Role.WARD_OFFICER).id, Organization.WARD)
        for _ in range(2)
    )
    later = staff.now + timedelta(minutes=1)
    with staff.database.write() as session:
        wish = counter_channel.Wish("danger", "sms", "080-9876-5432", "passport")
        waiting = counter_channel.propose(
            work_in(session, first, staff.now, program=staff.site.program),
            person.household_id,
            wish,
        )
        waiting.detail = {**waiting.detail, "reason": "last_days"}
        record_named(work_in(session, now=later), person.household_id, ProtectionSource.LIST)
    with pytest.raises(ConflictError, match="支援措置"), staff.database.write() as session:
        counter_channel.confirm(work_in(session, second, later), waiting.id)
    assert staff.count(OutboxMessage) == 0
    assert kinds(staff)["sms confirmed"] == "", "and nothing changed"


def test_an_enrolling_anew_that_waited_is_over(staff: StaffSite) -> None:
    """Whoever the family flees from had it begun by telephone: it would take the new way away."""
    person = family(staff)
    with staff.database.write() as session:
        credential = session.get_one(Credential, person.credential_id)
        credential.reset_at = staff.now + timedelta(hours=20)
    asked(staff, person)
    staff.enter_as(Role.WARD_OFFICER).send(f"{LIST}/{key(staff)}/confirm", {"form_key": "c"})
    with staff.database.read() as session:
        assert session.get_one(Credential, person.credential_id).reset_at is None


def test_contractors_read_nothing_of_it(staff: StaffSite) -> None:
    person = family(staff)
    asked(staff, person)
    staff.enter_as(Role.WARD_OFFICER).send(f"{LIST}/{key(staff)}/confirm", {"form_key": "c"})
    ward = opened(staff, person, Role.WARD_OFFICER).open(f"/households/{person.household_id}")
    assert "窓口で受け取り方を登録（区だけに表示）" in ward.text
    officer = opened(staff, person, Role.OFFICER).open(f"/households/{person.household_id}")
    for word in ("窓口で", "counter_channel", "承認を依頼"):
        assert word not in officer.text, word


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.AGENT, Role.ADMINISTRATOR])
def test_only_the_ward_may(sqlite_staff: StaffSite, role: Role) -> None:
    person = family(sqlite_staff)
    asked(sqlite_staff, person)
    stranger = sqlite_staff.enter_as(role)
    assert stranger.get(LIST).status_code == 403
    assert stranger.post(f"{LIST}/{key(sqlite_staff)}/confirm").status_code == 403
    assert kinds(sqlite_staff)["sms proposed"] == "quiet"


@pytest.mark.parametrize("call", ["propose", "confirm", "refuse"])
def test_the_rule_itself_refuses_whoever_is_not_of_the_ward(
    sqlite_staff: StaffSite, call: str
) -> None:
    person = family(sqlite_staff)
    asked(sqlite_staff, person)
    actor = Actor(Role.OFFICER, sqlite_staff.hire(Role.OFFICER).id, Organization.CONTRACTOR)
    wish = counter_channel.Wish("danger", "sms", "08098765432", "passport")
    approval_id = key(sqlite_staff)
    acts: dict[str, Callable[[Work], object]] = {
        "propose": lambda work: counter_channel.propose(work, person.household_id, wish),
        "confirm": lambda work: counter_channel.confirm(work, approval_id),
        "refuse": lambda work: counter_channel.refuse(work, approval_id),
    }
    with sqlite_staff.database.write() as session:
        work = work_in(session, actor, sqlite_staff.now)
        with pytest.raises(DomainError) as refused:
            acts[call](work)
    assert refused.value.code == "not_allowed"


def test_nobody_confirms_the_own_proposal(staff: StaffSite) -> None:
    person = family(staff)
    officer = asked(staff, person)
    answer = officer.send(f"{LIST}/{key(staff)}/confirm", {"form_key": "c"})
    assert answer.status_code == 422
    assert "自分では承認できません" in answer.text
    assert kinds(staff)["sms proposed"] == "quiet"


def test_refused_the_typed_number_is_gone(staff: StaffSite) -> None:
    person = family(staff)
    asked(staff, person)
    page = staff.enter_as(Role.WARD_OFFICER).send(f"{LIST}/{key(staff)}/refuse", {"form_key": "r"})
    assert "いままでの受け取り方のままです" in page.text
    assert kinds(staff) == {"totp confirmed": "", "sms confirmed": ""}
    assert len(staff.events("account.counter_channel_refused")) == 1


def test_two_officers_at_once_set_it_once(staff: StaffSite) -> None:
    person = family(staff)
    asked(staff, person)
    wanted = key(staff)
    officers = [staff.hire(Role.WARD_OFFICER) for _one in range(3)]

    def confirm(officer: int) -> str:
        actor = Actor(Role.WARD_OFFICER, officer, Organization.WARD)
        try:
            with staff.database.write() as session:
                counter_channel.confirm(work_in(session, actor, staff.now), wanted)
        except DomainError as error:
            return error.code
        return ""

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(confirm, [one.id for one in officers]))
    assert sorted(found) == ["", "wrong_state", "wrong_state"]
    assert len(staff.events("account.counter_channel_set")) == 1


def test_the_last_days_are_a_reason_only_then_and_the_owner_is_told(staff: StaffSite) -> None:
    person = family(staff)
    early = asked(staff, person, reason="last_days")
    assert early.page is not None
    assert early.page.status_code == 422
    assert "期限まで5日より長くあります" in early.page.text
    staff.clock.instant = staff.site.program.windows.exchange.ends_at - timedelta(days=2)
    asked(staff, person, reason="last_days")
    staff.enter_as(Role.WARD_OFFICER).send(f"{LIST}/{key(staff)}/confirm", {"form_key": "c"})
    assert kinds(staff) == {"sms confirmed": ""}
    assert staff.count(OutboxMessage, purpose="notice.channel_changed") == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": ""}, "理由を選んでください"),
        ({"kind": "totp"}, "SMSかメールを選んでください"),
        ({"document": ""}, "書類を選んでください"),
        ({"address": "03-1234-5678"}, "携帯電話"),
    ],
)
def test_a_wrong_field_is_named(sqlite_staff: StaffSite, typed: dict[str, str], said: str) -> None:
    officer = asked(sqlite_staff, family(sqlite_staff), **typed)
    assert officer.page is not None
    assert officer.page.status_code == 422
    assert said in officer.page.text
    assert sqlite_staff.count(Approval) == 0


def test_an_account_that_is_not_in_use_gets_a_letter_at_the_counter(
    sqlite_staff: StaffSite,
) -> None:
    person = sqlite_staff.add_household()
    officer = asked(sqlite_staff, person)
    assert officer.page is not None
    assert officer.page.status_code == 422
    assert "新しい手紙" in officer.page.text


def test_an_account_that_stopped_meanwhile_is_not_changed(sqlite_staff: StaffSite) -> None:
    person = family(sqlite_staff)
    asked(sqlite_staff, person)
    with sqlite_staff.database.write() as session:
        session.get_one(Credential, person.credential_id).state = "suspended"
    answer = sqlite_staff.enter_as(Role.WARD_OFFICER).send(
        f"{LIST}/{key(sqlite_staff)}/confirm", {"form_key": "c"}
    )
    assert answer.status_code == 422
    assert kinds(sqlite_staff)["sms proposed"] == "quiet"
