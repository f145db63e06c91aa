"""What a household sees of the end of its session, with and without a script."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, update

from portal.domain.people.authn.models import AuthSession
from tests.browser.resident.screens import send
from tests.browser.resident.served import LANGUAGES, Served
from tests.support.browser import PageFactory
from tests.support.gates import check_page, language, sizes

MINUTE = 60_000
LONGER = "時間をのばす"


def left_alone(served: Served, person_id: int, minutes: int) -> None:
    """Let a family's session have been used last so long ago."""
    with served.database.write() as session:
        mine = AuthSession.owner_id == person_id
        ago = served.now - timedelta(minutes=minutes)
        session.execute(update(AuthSession).where(mine).values(seen_at=ago))


def seen_ago(served: Served, person_id: int) -> timedelta:
    with served.database.read() as session:
        mine = AuthSession.owner_id == person_id
        seen = session.scalar(select(func.max(AuthSession.seen_at)).where(mine))
        assert seen is not None
        return served.now - seen


def test_a_warning_comes_in_time_and_one_tap_ends_it(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False, width=360, height=740)
    person = served.enter(page, "coupons")
    page.clock.install()
    served.go(page, "/decline/choose")
    page.locator("textarea").fill("引っこします")
    says = page.locator("[data-left] [role=status]")
    expect(says).to_contain_text("操作がないと")
    page.clock.run_for(11 * MINUTE)
    expect(says).to_contain_text("操作がないと")
    page.clock.run_for(MINUTE + 10_000)
    expect(says).to_contain_text("もうすぐ、サインアウトします。")
    expect(says).to_be_in_viewport()
    expect(page.locator("textarea")).to_be_focused()
    left_alone(served, person.credential_id, 12)
    page.get_by_role("button", name=LONGER).click()
    expect(says).to_have_text("時間をのばしました。")
    assert seen_ago(served, person.credential_id) < timedelta(minutes=1)
    expect(page.locator("textarea")).to_have_value("引っこします")


def test_the_end_is_said_and_sending_brings_everything_back(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False)
    person = served.add(active=True)
    served.people["ending"] = person
    served.enter(page, "ending")
    page.clock.install()
    served.go(page, "/decline/choose")
    page.locator("[name=child_1]").check()
    page.locator("[name=reason]").first.check()
    page.locator("textarea").fill("引っこします")
    page.clock.run_for(15 * MINUTE + 10_000)
    expect(page.locator("[data-left] [role=status]")).to_contain_text("サインアウトしました")
    left_alone(served, person.credential_id, 16)
    send(page)
    assert "/signin" in page.url
    send(page, login_id=person.login_id, password=person.password)
    send(page, code=person.totp(served.now))
    assert page.url.endswith("/typed")
    expect(page.locator("textarea")).to_have_value("引っこします")
    expect(page.locator("[name=child_1]")).to_be_checked()
    assert check_page(page) == []


def test_another_page_of_the_household_counts_as_use(
    served: Served, page_factory: PageFactory
) -> None:
    page = page_factory(kept=False)
    served.enter(page, "coupons")
    page.clock.install()
    served.go(page, "/home")
    page.clock.run_for(12 * MINUTE + 10_000)
    says = page.locator("[data-left] [role=status]")
    expect(says).to_contain_text("もうすぐ、サインアウトします。")
    other = page.context.new_page()
    other.goto(served.url + "/home")
    other.evaluate(
        "end => new BroadcastChannel('session').postMessage(end)",
        page.evaluate("Date.now()") + 15 * MINUTE,
    )
    expect(says).to_have_text("時間をのばしました。")
    other.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_without_a_script_a_form_keeps_what_was_typed(
    served: Served, page_factory: PageFactory, javascript: bool
) -> None:
    page = page_factory(kept=False, javascript=javascript)
    served.enter(page, "coupons")
    served.go(page, "/decline/choose")
    page.locator("textarea").fill("引っこします")
    page.get_by_role("button", name=LONGER).click()
    expect(page.locator("textarea")).to_have_value("引っこします")
    served.go(page, "/requests")
    page.get_by_role("button", name=LONGER).click()
    page.wait_for_url(re.compile("/requests$"))


def warned(served: Served, page: Page) -> None:
    page.clock.install()
    served.go(page, "/home")
    page.clock.run_for(13 * MINUTE)
    expect(page.locator("[data-left] [role=status]")).to_be_in_viewport()


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("dark", [False, True])
def test_the_warning_passes_the_gates_in_every_language(
    served: Served, page_factory: PageFactory, code: str, dark: bool
) -> None:
    page = page_factory(kept=False, color_scheme="dark" if dark else "light", width=320)
    served.enter(page, "coupons")
    served.speak(page, code)
    warned(served, page)
    found = list(check_page(page, lang=LANGUAGES[code])) + sizes.complaints(page)
    if code == "easy":
        found += [f"no reading: {text}" for text in language.without_reading(page, "main")]
    elif code not in {"ja", "furigana"}:
        found += [f"not translated: {text}" for text in language.untranslated(page)]
    assert not found, "\n".join(found)
