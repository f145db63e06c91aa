"""A whole call and a whole review by keyboard alone, from the sign-in to the sign-out.

At a desk, and on a desktop enlarged to 400 %: there whatever has the focus is in sight too.
"""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from portal.domain.foundation.actors import Actor, Role
from tests.browser.admin.contacts.calling import last_call
from tests.browser.admin.desk.test_call_by_keyboard import posted_family
from tests.browser.admin.requests.screens_of_reviews import family, inbox
from tests.browser.admin.served import ServedStaff
from tests.browser.hands import Hands
from tests.support.browser import PageFactory
from tests.support.people import CANARY_BIRTH, CANARY_NAME
from tests.support.staff import PASSWORD, ROLES, hire

SIZES = pytest.mark.parametrize(
    ("width", "height"), [(1280, 800), (320, 256)], ids=["at a desk", "at 400 %"]
)


def sign_in(served: ServedStaff, page: Page, role: Role) -> tuple[Hands, Actor]:
    """Sign in as a colleague who is new: a code counts once."""
    colleague = hire(served.database, served.now, role, f"keys{secrets.token_hex(4)}")
    hands = Hands(page)
    served.speak(page, "ja")
    served.go(page, "/signin")
    hands.type("#login", colleague.login)
    hands.type("#password", PASSWORD)
    hands.press("Enter")
    hands.type("#code", colleague.code(served.now))
    hands.press("Enter")
    expect(page).to_have_url(served.url + "/")
    return hands, Actor(role, colleague.id, ROLES[role])


def to_place(hands: Hands, path: str) -> None:
    """Go to one of the menu's places, which a narrow screen folds behind a button."""
    folded = hands.page.locator(".folds button").first
    if folded.is_visible():
        hands.tab_to(".folds button")
        hands.page.keyboard.press("Enter")
    hands.tab_to(f".places a[href='{path}']")
    hands.press("Enter")
    expect(hands.page).to_have_url(re.compile(rf"{path}$"))


@SIZES
def test_a_whole_call_by_keyboard_alone(
    served_staff: ServedStaff, page_factory: PageFactory, width: int, height: int
) -> None:
    person, number, _tracking = posted_family(served_staff)
    page = page_factory(width=width, height=height, kept=False)
    hands, actor = sign_in(served_staff, page, Role.AGENT)
    hands.press("F2")
    hands.type("#number", number)
    hands.press("Enter")
    expect(page).to_have_url(re.compile(f"/desk/{person.household_id}$"))
    hands.choose("#relation", "householder")
    hands.type("#name", CANARY_NAME)
    hands.type("#birth", CANARY_BIRTH.isoformat())
    hands.type("#postal", "1390001")
    hands.press("Enter")
    expect(page.locator(".answers")).to_contain_text("郵便局")
    hands.press("F8")
    hands.tab_to("form[action='/calls/finish/submit'] button.main")
    hands.press("Enter")
    expect(page.locator(".good-note")).to_contain_text("受付を終えました")
    assert last_call(served_staff, actor).state == "ended"


@SIZES
def test_a_whole_review_by_keyboard_alone(
    served_staff: ServedStaff, page_factory: PageFactory, width: int, height: int
) -> None:
    box = inbox(served_staff)
    refused, accepted = box.decline(family(served_staff)), box.decline(family(served_staff))
    page = page_factory(width=width, height=height, kept=False)
    hands, _actor = sign_in(served_staff, page, Role.OFFICER)
    to_place(hands, "/reviews")
    for row, action in ((refused, "refuse"), (accepted, "accept")):
        if page.url.endswith("/reviews"):
            hands.tab_to("form[action='/reviews/next'] button")
            hands.press("Enter")
        page.locator("section.decide").wait_for()
        assert page.url.split("?")[0].endswith(f"/{row.id}"), "the oldest comes first"
        hands.check(f"input[name=action][value={action}]")
        if action == "refuse":
            hands.choose("select#reason", "other")
            hands.type("#text", "窓口でお待ちしています。")
        hands.tab_to("form#decision button.main")
        page.keyboard.press("Enter")
        expect(page.locator("#said")).to_contain_text(
            {"refuse": "お断りしました。", "accept": "承認しました。"}[action]
        )
    assert [box.fresh(row).result for row in (refused, accepted)] == ["refused", "accepted"]
    if (own := page.locator(".folds .own")).is_visible():
        hands.tab_to(".folds .own")
        own.press("Enter")
    hands.tab_to("form[action='/signout'] button")
    hands.press("Enter")
    expect(page).to_have_url(re.compile("/signedout$"))
