"""A "where is my letter" call from start to end by keyboard alone.

At most six activations besides typing and Tab; a call is written up with two of them.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal.domain.contacts.calls.macros import WRITE_UPS, Macro
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.letters.shipments.models import Shipment
from tests.browser.admin.contacts.calling import at_the_desk, begin_call, last_call
from tests.browser.admin.desk.screens_of_desk import verified
from tests.browser.admin.served import ServedStaff
from tests.browser.hands import Hands
from tests.support.browser import PageFactory
from tests.support.people import CANARY_BIRTH, CANARY_NAME, Person, add_person

MOST = 6
RECORD = "form[action='/calls/finish/submit']"
_people = iter(range(100))


def posted_family(served: ServedStaff) -> tuple[Person, str, str]:
    """A family whose letter waits at the post office.

    Also the letter's number and its tracking number.
    """
    now, count = served.now, next(_people)
    person = add_person(served.database, now, number=f"92{count:08}")
    posted_on, number = (now - timedelta(days=4)).date(), new_letter_number()
    tracking = f"{4_000_000_000 + count}{(4_000_000_000 + count) % 7}"
    with served.database.write() as session:
        letter = Letter(
            number=number,
            household_id=person.household_id,
            kind="credential",
            state="handed_over",
            print_run_id=served.numbers["run"],
            credential_id=person.credential_id,
            chunk_number=1,
            children=2,
            amount_yen=60_000,
            created_at=now,
            printed_at=now,
            handed_over_at=now,
        )
        session.add(letter)
        session.flush()
        session.add(
            Shipment(
                kind="letter",
                household_id=person.household_id,
                letter_id=letter.id,
                state="at_post_office",
                mail_class="simple_registered",
                tracking_no=tracking,
                posted_on=posted_on,
                created_at=now,
                changed_at=now,
                kept_until=posted_on + timedelta(days=8),
            )
        )
    return person, number, tracking


@pytest.mark.parametrize("by", ["letter number", "ID", "tracking number", "name"])
def test_a_where_is_my_letter_call_takes_at_most_six_activations(
    served_staff: ServedStaff, page_factory: PageFactory, by: str
) -> None:
    person, number, tracking = posted_family(served_staff)
    page = page_factory(width=1280, height=900)
    actor = at_the_desk(served_staff, page)
    served_staff.go(page, "/calls")
    hands = Hands(page)

    hands.press("F2")
    if by == "name":
        hands.type("#name", CANARY_NAME)
        hands.press("Enter")
        hands.tab_to(f"a[href='/desk/{person.household_id}']")
    else:
        hands.type(
            "#number",
            {"letter number": number, "ID": person.login_id, "tracking number": tracking}[by],
        )
    hands.press("Enter")
    expect(page).to_have_url(served_staff.url + f"/desk/{person.household_id}")

    hands.choose("#relation", "householder")
    for field_id, said in (
        ("name", CANARY_NAME),
        ("birth", CANARY_BIRTH.isoformat()),
        ("postal", "1390001"),
    ):
        hands.tab_to(f"#{field_id}")
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type(said)
    hands.press("Enter")
    expect(page.locator("#answers")).to_be_visible()
    expect(page.locator(".answers")).to_contain_text("郵便局")

    hands.press("F8")
    expect(page.locator("#category")).to_have_value("delivery/not_arrived")
    expect(page.locator(f"{RECORD} .main").first).to_be_focused()
    hands.press("Enter")
    expect(page.locator(".good-note")).to_contain_text("受付を終えました")

    call = last_call(served_staff, actor)
    assert (call.state, call.category, call.result) == ("ended", "delivery", "done")
    assert len(hands.pressed) <= MOST, hands.pressed


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
@pytest.mark.parametrize("macro", list(Macro))
def test_a_common_call_is_written_up_in_two_acts_without_a_typed_character(
    served_staff: ServedStaff, page_factory: PageFactory, macro: Macro, javascript: bool
) -> None:
    page = page_factory(width=1280, height=800, javascript=javascript)
    actor = begin_call(served_staff, page)
    served_staff.go(page, "/desk")
    hands = Hands(page)
    if javascript:
        hands.press("F8")
    else:
        hands.tab_to(".call-bar button.main")
        hands.press("Enter")
    hands.tab_to(f"button[name=macro][value={macro.value}]")
    expect(page.locator(":focus")).to_be_in_viewport()
    hands.press("Enter")
    expect(page.locator(".good-note")).to_contain_text("受付を終えました")
    call = last_call(served_staff, actor)
    assert (call.category, call.subcategory) == WRITE_UPS[macro].topic
    assert (call.state, call.result) == ("ended", "done")
    assert len(hands.pressed) == 2


def test_enter_in_a_field_of_the_record_presses_no_common_call(
    served_staff: ServedStaff, page_factory: PageFactory
) -> None:
    page = page_factory(width=1280, height=800)
    actor = begin_call(served_staff, page)
    served_staff.go(page, "/calls")
    hands = Hands(page)
    hands.press("F8")
    hands.choose("#category", "privacy/fraud")
    hands.type("#next_contact", "あす")
    hands.press("Enter")
    assert last_call(served_staff, actor).subcategory == "fraud"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_proposal_and_its_button_stand_in_the_first_screen(
    served_staff: ServedStaff, page_factory: PageFactory, language: str
) -> None:
    page = page_factory(width=1280, height=800, language=language)
    actor = begin_call(served_staff, page)
    verified(served_staff, actor)
    served_staff.speak(page, language)
    served_staff.go(page, "/calls/finish")
    record = page.locator(RECORD)
    for place in ("#category", "#result", "#text", "#next_contact", ".macros li", ".main"):
        expect(record.locator(place).first).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_call_of_another_kind_is_noted_by_keyboard_alone(
    served_staff: ServedStaff, page_factory: PageFactory, javascript: bool
) -> None:
    page = page_factory(width=1280, height=900, javascript=javascript)
    actor = at_the_desk(served_staff, page)
    served_staff.go(page, "/calls")
    hands = Hands(page)
    hands.choose("#start #channel", "counter")
    hands.choose("#start #language", "ko")
    hands.tab_to("#start button")
    hands.press("Enter")
    hands.tab_to(".call-bar button.main")
    hands.press("Enter")
    hands.choose("#category", "coupon/shops")
    hands.tab_to("input[name=result]")
    page.keyboard.press("ArrowDown")
    hands.type("#text", "使える店を知りたい")
    hands.type("#call_back", "03-1234-5678")
    hands.tab_to("#interpreter")
    page.keyboard.press("Space")
    hands.type("#interpreter_minutes", "1")
    hands.press("Enter")
    call = last_call(served_staff, actor)
    assert (call.state, call.channel, call.language) == ("ended", "counter", "ko")
    assert (call.subcategory, call.result, call.interpreter_minutes) == ("shops", "call_back", 1)
