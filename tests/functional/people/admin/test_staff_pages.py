"""Accounts are added and given new secrets on the staff site, by whom their organization takes."""

import re
from datetime import timedelta

import httpx
import pytest

from portal.domain.foundation.actors import Role
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.passwords import verify_password
from portal.domain.people.staff.models import StaffUser
from tests.support.coupons import VAULT
from tests.support.resident import Visitor
from tests.support.staff import Colleague, StaffSite

AGENT, OFFICER = "subcontractor/agent", "contractor/officer"
WARD_OFFICER = "ward/ward_officer"
SECRET = re.compile(r'id="first-password"[^>]*>([^<]+)<')


class Counter:
    """An administrator of the contractor at the page of accounts, and an officer of the ward."""

    def __init__(self, staff: StaffSite) -> None:
        self.staff = staff
        self.admin, self.ward = staff.hire(Role.ADMINISTRATOR), staff.hire(Role.WARD_OFFICER)
        self.sent = 0

    def form(self, who: Colleague, second: Colleague | None = None, **typed: str) -> dict[str, str]:
        """A form with fresh codes of one or two people."""
        self.staff.clock.instant += timedelta(seconds=30)
        self.sent += 1
        form = {"form_key": f"k{self.sent}", "code": who.code(self.staff.now)}
        if second is not None:
            form |= {"second_login": second.login, "second_code": second.code(self.staff.now)}
        return form | typed

    def add(
        self, side: str, who: Colleague, second: Colleague | None = None, **typed: str
    ) -> httpx.Response:
        visitor = self.staff.enter(who)
        visitor.open("/staff/new")
        typed = {"login": "new", "name": "新しい人", "place": side, "locale": "ja"} | typed
        return visitor.post("/staff/new/add", self.form(who, second, **typed))

    def act(
        self, path: str, who: Colleague, second: Colleague | None = None, **typed: str
    ) -> httpx.Response:
        visitor = self.staff.enter(who)
        visitor.open("/staff")
        return visitor.post(path, self.form(who, second, **typed))

    def account(self, login: str = "new") -> StaffUser | None:
        with self.staff.database.read() as session:
            found = session.query(StaffUser).filter_by(login=login).one_or_none()
            session.expunge_all()
            return found


@pytest.fixture
def counter(staff: StaffSite) -> Counter:
    return Counter(staff)


def shown_password(answer: httpx.Response) -> str:
    found = SECRET.search(answer.text)
    assert found is not None, answer.text
    return found[1].strip()


def test_an_administrator_adds_an_account_of_the_contractor_and_sees_its_secrets_once(
    counter: Counter,
) -> None:
    visitor = counter.staff.enter(counter.admin)
    visitor.open("/staff/new")
    form = counter.form(counter.admin, login="new", name="新しい人", place=OFFICER, locale="en")
    answer = visitor.post("/staff/new/add", form)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    made = counter.account()
    assert made is not None
    assert (made.role, made.locale, made.enrolled_at) == ("officer", "en", None)
    assert verify_password(VAULT, made.password_hash, shown_password(answer))
    (event,) = [one for one in counter.staff.events("staff.added") if one.subject_id == made.id]
    assert event.actor_id == counter.admin.id
    assert shown_password(answer) not in str(event.detail)
    counter.staff.clock.instant += timedelta(seconds=30)
    again = visitor.post("/staff/new/add", form | {"code": counter.admin.code(counter.staff.now)})
    assert again.status_code == 422  # the login is taken; nothing is shown again
    assert SECRET.search(again.text) is None
    assert counter.staff.count(StaffUser, login="new") == 1


def test_an_account_of_the_ward_takes_two_and_one_of_them_is_of_the_ward(counter: Counter) -> None:
    other = counter.staff.hire(Role.ADMINISTRATOR)
    for second in (None, other, counter.admin):
        answer = counter.add(WARD_OFFICER, counter.admin, second)
        assert answer.status_code == 422, second
        assert counter.account() is None
    answer = counter.add(WARD_OFFICER, counter.admin, counter.ward)
    assert answer.status_code == 200, answer.text
    made = counter.account()
    assert made is not None
    event = counter.staff.events("staff.added")[-1]
    assert (event.actor_id, event.detail["confirmed_by"]) == (counter.admin.id, counter.ward.id)


def test_the_ward_adds_no_account_of_the_contractor(counter: Counter) -> None:
    other = counter.staff.hire(Role.WARD_OFFICER)
    assert counter.add(OFFICER, counter.ward).status_code == 422
    assert counter.add(AGENT, counter.ward, other).status_code == 422
    assert counter.account() is None


def test_the_second_person_gives_a_right_code_and_may_vouch(counter: Counter) -> None:
    officer = counter.staff.hire(Role.OFFICER)
    answer = counter.add(WARD_OFFICER, counter.admin, officer)
    assert "これを決められません" in answer.text
    answer = counter.add(WARD_OFFICER, counter.admin, counter.ward, second_code="000000")
    assert "番号が違います" in answer.text
    answer = counter.add(WARD_OFFICER, counter.admin, counter.ward, second_login="nobody")
    assert "このログイン名の職員はいません" in answer.text
    answer = counter.add(WARD_OFFICER, counter.admin, counter.ward, code="")
    assert answer.status_code == 422
    assert counter.account() is None
    assert [one.actor_id for one in counter.staff.events("staff.code_refused")] == [counter.ward.id]


def test_wrong_codes_of_the_second_person_are_counted_together_with_those_of_the_site(
    counter: Counter,
) -> None:
    statuses = [
        counter.add(WARD_OFFICER, counter.admin, counter.ward, second_code="000000").status_code
        for _try in range(12)
    ]
    assert statuses[0] == 422
    assert statuses[-1] == 429
    assert counter.account() is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"login": "two words"}, "空白のない60文字まで"),
        ({"name": " "}, "60文字までで入力"),
        ({"place": "ward/officer"}, "使える役割は"),
        ({"place": "moon/officer"}, "所属と役割を選んでください"),
        ({"locale": "fr"}, "ja か en"),
    ],
)
def test_a_profile_that_cannot_be_is_refused(
    counter: Counter, typed: dict[str, str], words: str
) -> None:
    answer = counter.add(OFFICER, counter.admin, counter.ward, **typed)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert counter.account(typed.get("login", "new")) is None


def test_new_secrets_take_two_people_and_end_every_session(counter: Counter) -> None:
    colleague = counter.staff.hire(Role.OFFICER, "officer")
    counter.staff.enter(colleague)
    before = counter.account("officer")
    path = f"/staff/{colleague.id}/renew/submit"
    answer = counter.act(path, counter.admin)
    assert (answer.status_code, "2人で決めます" in answer.text) == (422, True)
    answer = counter.act(path, counter.admin, counter.ward)
    assert answer.status_code == 200, answer.text
    after = counter.account("officer")
    assert before is not None
    assert after is not None
    assert after.enrolled_at is None
    assert (after.password_hash, after.totp_sealed) != (before.password_hash, before.totp_sealed)
    assert verify_password(VAULT, after.password_hash, shown_password(answer))
    assert counter.staff.count(AuthSession, owner_id=colleague.id, site="staff") == 0
    event = counter.staff.events("staff.renewed")[-1]
    assert (event.actor_id, event.detail["confirmed_by"]) == (counter.admin.id, counter.ward.id)


def test_tries_are_forgotten_by_whom_the_accounts_organization_takes(counter: Counter) -> None:
    colleague = counter.staff.hire(Role.OFFICER, "officer")
    path = f"/staff/{colleague.id}/unlock"
    assert counter.act(path, counter.ward).status_code == 422
    answer = counter.act(path, counter.admin)
    assert answer.headers["location"] == "/staff?said=unlocked"
    assert len(counter.staff.events("staff.unlocked")) == 1


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AGENT, Role.SUPERVISOR, Role.AUDITOR])
def test_nobody_else_comes_to_these_pages(counter: Counter, role: Role) -> None:
    visitor: Visitor = counter.staff.enter_as(role)
    assert visitor.get("/staff/new").status_code == 403
    assert visitor.get(f"/staff/{counter.admin.id}/renew").status_code == 403
    for path in ("/staff/new/add", f"/staff/{counter.admin.id}/renew/submit"):
        assert visitor.post(path, {"form_key": "x"}).status_code == 403
