"""Staff sign-in: always password and code; one sentence for every refusal; a code works once."""

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.staff import services
from tests.support.resident import Visitor
from tests.support.staff import COOKIE, PASSWORD, Colleague, StaffSite
from tests.support.work import work_in


def password_step(
    staff: StaffSite, login: str, password: str, visitor: Visitor | None = None
) -> Visitor:
    visitor = visitor or staff.visitor()
    visitor.open("/signin")
    visitor.send("/signin/submit", {"login": login, "password": password})
    return visitor


def sign_in(staff: StaffSite, colleague: Colleague, visitor: Visitor | None = None) -> Visitor:
    visitor = password_step(staff, colleague.login, PASSWORD, visitor)
    visitor.send("/signin/code/submit", {"code": colleague.code(staff.now)})
    return visitor


@pytest.mark.asvs("7.4.1")
def test_password_and_code_lead_to_the_first_page_and_sign_out_ends_it(staff: StaffSite) -> None:
    colleague = staff.hire()
    visitor = password_step(staff, f"　{colleague.login.upper()} ", PASSWORD)
    first = visitor.cookie(COOKIE)
    assert visitor.place == "/signin/code"
    assert visitor.get("/").headers["location"] == "/signin/code"
    visitor.open("/signin/code")
    visitor.send("/signin/code/submit", {"code": colleague.code(staff.now)})
    assert visitor.place == "/"
    assert visitor.cookie(COOKIE) not in {"", first}
    assert staff.count(AuthSession) == 1
    visitor.send("/signout")
    assert visitor.place == "/signedout"
    visitor.open("/")
    assert visitor.place == "/signin"


def test_a_wrong_password_an_unknown_login_and_a_deactivated_account_get_the_same_answer(
    staff: StaffSite,
) -> None:
    known, gone = staff.hire(), staff.hire()
    with staff.database.write() as session:
        services.deactivate(work_in(session, now=staff.now), gone.id)
    answers = set()
    for login, password in ((known.login, "wrong"), ("nobody", PASSWORD), (gone.login, PASSWORD)):
        visitor = password_step(staff, login, password)
        assert visitor.page is not None
        assert visitor.page.status_code == 422
        assert visitor.cookie(COOKIE) == ""
        answers.add(visitor.page.text.split("error-summary")[1].split("</ul>")[0])
    assert len(answers) == 1


@pytest.mark.asvs("6.3.3")
def test_wrong_codes_are_refused_counted_and_never_open_a_page(staff: StaffSite) -> None:
    colleague = staff.hire()
    visitor = password_step(staff, colleague.login, PASSWORD)
    for typed, sentence in (
        ("", "6けたの番号を入力"),
        ("12345", "短すぎます"),
        ("1234567", "長すぎます"),
        ("abcdef", "数字だけ"),
    ):
        answer = visitor.post("/signin/code/submit", {"code": typed})
        assert answer.status_code == 422
        assert sentence in answer.text
    wrong = "000000" if colleague.code(staff.now) != "000000" else "000001"
    statuses = [visitor.post("/signin/code/submit", {"code": wrong}).status_code for _ in range(7)]
    assert statuses[:5] == [422] * 5
    assert set(statuses[5:]) == {429}
    right = visitor.post("/signin/code/submit", {"code": colleague.code(staff.now)})
    assert right.status_code == 429
    staff.clock.advance(minutes=5)
    visitor.send("/signin/code/submit", {"code": colleague.code(staff.now)})
    assert visitor.place == "/"


@pytest.mark.asvs("6.5.1")
def test_a_code_that_signed_in_once_does_not_sign_in_again(staff: StaffSite) -> None:
    colleague = staff.hire()
    assert sign_in(staff, colleague).place == "/"
    second = sign_in(staff, colleague)
    assert second.page is not None
    assert second.page.status_code == 422
    assert "もう使われました" in second.page.text
    staff.clock.advance(seconds=30)
    second.send("/signin/code/submit", {"code": colleague.code(staff.now)})
    assert second.place == "/"


@pytest.mark.asvs("6.3.1")
def test_after_five_wrong_passwords_even_the_right_one_must_wait(staff: StaffSite) -> None:
    colleague = staff.hire()
    for _ in range(5):
        password_step(staff, colleague.login, "wrong")
    visitor = password_step(staff, colleague.login, PASSWORD)
    assert visitor.page is not None
    assert visitor.page.status_code == 429
    assert int(visitor.page.headers["retry-after"]) > 0
    staff.clock.advance(minutes=3)
    assert password_step(staff, colleague.login, PASSWORD).place == "/signin/code"


def test_a_hundred_wrong_passwords_close_an_account_until_it_is_unlocked(
    sqlite_staff: StaffSite,
) -> None:
    """Eight tries in a quarter of an hour would be eight hundred a day, for ever."""
    staff = sqlite_staff
    colleague = staff.hire()
    for place in range(100):
        staff.clock.advance(hours=1)
        visitor = password_step(staff, colleague.login, f"wrong {place}")
        assert visitor.page is not None
        assert visitor.page.status_code == 422
    staff.clock.advance(days=30)
    closed = password_step(staff, colleague.login, PASSWORD).page
    assert closed is not None
    assert closed.status_code == 429
    assert "管理者" in closed.text
    with staff.database.write() as session:
        user = services.find_staff(session, colleague.login)
        services.unlock(work_in(session, now=staff.now, vault=staff.site.vault), user)
    assert password_step(staff, colleague.login, PASSWORD).place == "/signin/code"


@pytest.mark.asvs("7.4.2")
def test_deactivating_ends_a_running_session_at_once(staff: StaffSite) -> None:
    colleague = staff.hire()
    visitor = sign_in(staff, colleague)
    administrator = staff.enter_as(Role.ADMINISTRATOR)
    administrator.open("/staff")
    administrator.send(f"/staff/{colleague.id}/deactivate")
    assert "停止しました" in (administrator.page.text if administrator.page else "")
    visitor.open("/")
    assert visitor.place == "/signin"
    administrator.send(f"/staff/{colleague.id}/deactivate")
    assert len(staff.events("staff.deactivated")) == 1


def test_an_administrator_cannot_lock_themselves_out(staff: StaffSite) -> None:
    own = staff.hire(Role.ADMINISTRATOR)
    visitor = staff.enter(own)
    assert visitor.post(f"/staff/{own.id}/deactivate").status_code == 403


def test_a_sign_in_without_its_code_ends_after_a_quarter_of_an_hour(staff: StaffSite) -> None:
    visitor = password_step(staff, staff.hire().login, PASSWORD)
    staff.clock.advance(minutes=14, seconds=59)
    assert visitor.get("/signin/code").status_code == 200
    staff.clock.advance(minutes=15)
    visitor.open("/")
    assert visitor.place == "/signin"


@pytest.mark.asvs("6.2.1", "6.2.2", "6.2.3", "6.2.5", "7.4.3", "7.5.1")
def test_a_new_password_needs_the_old_one_and_a_fresh_code_and_ends_other_sessions(
    staff: StaffSite,
) -> None:
    colleague = staff.hire()
    other, visitor = staff.enter(colleague), staff.enter(colleague)
    new = "paper crane lantern 31"
    form = {"current": PASSWORD, "new_password": new, "code": colleague.code(staff.now)}
    for change in (
        {"current": "wrong"},
        {"new_password": "short"},
        {"code": ""},
        {"new_password": "password123"},
        {"new_password": "汐風区の子育て応援2026"},
    ):
        answer = visitor.post("/account/password/submit", form | change)
        assert answer.status_code == 422, change
    visitor.send("/account/password/submit", form)
    assert visitor.place == "/account"
    assert "パスワードを変えました" in (visitor.page.text if visitor.page else "")
    other.open("/")
    assert other.place == "/signin"
    staff.clock.advance(seconds=30)
    assert password_step(staff, colleague.login, PASSWORD).place == "/signin/submit"
    assert password_step(staff, colleague.login, new).place == "/signin/code"


def test_the_language_of_the_account_is_used_until_another_is_chosen(staff: StaffSite) -> None:
    colleague = staff.hire()
    visitor = sign_in(staff, colleague)
    assert '<html lang="ja">' in visitor.open("/").text
    visitor.open("/?lang=en")
    assert '<html lang="en">' in (visitor.page.text if visitor.page else "")


def test_choosing_a_language_keeps_what_was_typed(staff: StaffSite) -> None:
    visitor = staff.visitor()
    visitor.open("/signin")
    answer = visitor.post("/signin/submit", {"login": "tanaka", "password": "x", "lang": "en"})
    assert answer.status_code == 200
    assert '<html lang="en">' in answer.text
    assert 'value="tanaka"' in answer.text


@pytest.mark.asvs("16.3.1")
def test_every_sign_in_is_on_record_right_or_wrong(staff: StaffSite) -> None:
    colleague = staff.hire()
    password_step(staff, colleague.login, "wrong")
    visitor = password_step(staff, colleague.login, PASSWORD)
    visitor.send("/signin/code/submit", {"code": "000000"})
    visitor.send("/signin/code/submit", {"code": colleague.code(staff.now)})
    for action in ("staff.signin_refused", "staff.code_refused", "staff.signin"):
        assert [event.subject_id for event in staff.events(action)] == [colleague.id], action


@pytest.mark.parametrize("login", ["", "two words", "x" * 61])
def test_an_unusable_login_is_refused_with_a_sentence(staff: StaffSite, login: str) -> None:
    from portal.domain.foundation.actors import Organization
    from portal.domain.foundation.errors import InputError

    with staff.database.write() as session, pytest.raises(InputError):
        services.add_staff(
            work_in(session, now=staff.now),
            services.Profile(login, "名前", Organization.WARD, Role.AUDITOR),
        )
