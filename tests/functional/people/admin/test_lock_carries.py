"""What was typed comes back after a locked screen is opened, and secrets are not carried."""

import re

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.staff import services
from portal.domain.people.staff.locking import (
    InterruptedRequest,
    open_interrupted,
    seal_interrupted,
)
from tests.functional.people.admin.lock_support import LOCKED, at_work, kept, open_lock, shows
from tests.support.coupons import VAULT
from tests.support.staff import PASSWORD, StaffSite
from tests.support.work import work_in


def test_a_form_sent_to_a_locked_screen_comes_back_after_the_password_with_all_that_was_typed(
    staff: StaffSite,
) -> None:
    _colleague, visitor = at_work(staff)
    visitor.get("/households")
    staff.clock.advance(minutes=20)
    typed = {"name": "鶉野 瑠璃子", "postal": "139-0001", "birth": "1983-11-27"}
    answer = visitor.post("/households/search", typed)
    assert answer.status_code == 403
    assert LOCKED in answer.text
    assert "鶉野" not in answer.text
    open_lock(visitor)
    assert shows(visitor).count('value="鶉野 瑠璃子"') == 1
    assert 'value="139-0001"' in shows(visitor)
    assert "まだ送られていません" in shows(visitor)
    again = visitor.send("/households/search", typed)
    assert again.status_code == 200


def test_a_long_text_survives_and_secrets_are_not_carried(staff: StaffSite) -> None:
    _colleague, visitor = at_work(staff, Role.SUPERVISOR)
    staff.clock.advance(minutes=15)
    noise = "".join(chr(0x4E00 + (index * 7919) % 20_000) for index in range(3_900))
    others = {f"field{index}": noise[::-1] + str(index) for index in range(3)}
    visitor.post("/sites/on", others | {"reason": noise})
    assert len(kept(visitor)) > 3
    assert all(len(value) < 4000 for value in kept(visitor).values())
    open_lock(visitor)
    assert noise in shows(visitor)
    staff.clock.advance(minutes=15)
    visitor.post(
        "/account/password/submit", {"current": "now", "new_password": "later", "code": "123456"}
    )
    open_lock(visitor)
    assert "パスワードを変える" in shows(visitor)
    assert not {"now", "later"} & set(re.findall(r'value="([^"]*)"', shows(visitor)))


def test_a_button_without_a_form_page_leads_back_to_the_page_it_stood_on_and_is_not_carried_out(
    staff: StaffSite,
) -> None:
    colleague, visitor = at_work(staff, Role.ADMINISTRATOR)
    other = staff.hire()
    visitor.get("/staff")
    staff.clock.advance(minutes=15)
    visitor.post(
        f"/staff/{other.id}/deactivate", headers={"referer": "http://127.0.0.1/staff?said=x"}
    )
    open_lock(visitor)
    assert str(visitor.page.request.url) == "http://127.0.0.1/staff?said=x"  # type: ignore[union-attr]
    assert staff.events("staff.deactivated") == []
    assert colleague.id != other.id


@pytest.mark.parametrize(
    "referer", ["https://elsewhere.example/x", "http://127.0.0.1//elsewhere.example", "x", ""]
)
@pytest.mark.asvs("1.2.2", "3.7.2")
def test_nobody_is_led_to_another_site(staff: StaffSite, referer: str) -> None:
    _colleague, visitor = at_work(staff)
    staff.clock.advance(minutes=15)
    visitor.post("/account/sign-out-others", headers={"referer": referer})
    answer = visitor.post("/lock/open", {**kept(visitor), "password": PASSWORD})
    assert answer.headers["location"] == "/"


def test_another_persons_password_or_somebody_elses_kept_form_opens_nothing(
    staff: StaffSite,
) -> None:
    _colleague, visitor = at_work(staff)
    other, second = at_work(staff)
    with staff.database.write() as session:
        from portal.domain.people.authn.passwords import hash_password
        from tests.support.coupons import VAULT

        services.set_password(
            work_in(session, now=staff.now),
            AuthSession(owner_id=other.id),
            hash_password(VAULT, "another one 77", b"0" * 16),
        )
    second = staff.enter(other)
    staff.clock.advance(minutes=15)
    visitor.post("/households/search", {"name": "鶉野"})
    foreign = kept(visitor)
    answer = visitor.post("/lock/open", {**foreign, "password": "another one 77"})
    assert answer.status_code == 422
    second.get("/account")
    second.send("/lock/open", {**foreign, "password": "another one 77"})
    assert second.place == "/"
    assert "鶉野" not in shows(second)
    second.get("/")
    for nonsense in ("", "x", "あ", "A" * 3000):
        assert second.post("/lock/open", {"kept_0": nonsense}).headers["location"] == "/"


def test_the_locked_page_changes_language_without_losing_what_it_carries(staff: StaffSite) -> None:
    _colleague, visitor = at_work(staff)
    visitor.get("/households")
    staff.clock.advance(minutes=15)
    visitor.post("/households/search", {"name": "鶉野"})
    answer = visitor.post("/lock/open", {**kept(visitor), "lang": "en"})
    assert '<html lang="en">' in answer.text
    open_lock(visitor)
    assert 'value="鶉野"' in shows(visitor)


@pytest.mark.parametrize(
    "name", ["password", "current", "new_password", "code", "second_code", "mail_code", "passkey"]
)
def test_no_secret_waits_behind_a_lock(name: str) -> None:
    """Neither in the page's hidden fields, though sealed, nor in the form that comes back."""
    sent = InterruptedRequest("/account", values={name: "123456", "label": "机のキー"})
    carried = open_interrupted(VAULT, 7, seal_interrupted(VAULT, 7, sent))
    assert carried.values == {"label": "机のキー"}
