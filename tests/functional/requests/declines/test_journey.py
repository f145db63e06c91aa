"""The resident's way: explained, chosen, checked, proven once more, received; and taken back."""

import re

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.actors import Organization, Role
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import hold_household
from portal.domain.people.households.models import Household
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.review import DECLINE_KIND
from portal.domain.requests.declines.wishes import phone_wish
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from tests.faults.test_parallel import all_at_once
from tests.functional.requests.declines.support import LAST_MOMENT, TOO_LATE, add_reviewer
from tests.support.people import CANARY_CHILDREN, Person
from tests.support.reading import pdf
from tests.support.resident import Resident, Visitor
from tests.support.work import work_in

RECEIPT = re.compile(r"/decline/received/([A-Z0-9]{4}-[A-Z0-9]{4})")


def to_code(visitor: Visitor, **fields: str) -> None:
    """Choose and confirm the check page; the code page is open then."""
    visitor.open("/decline")
    visitor.open("/decline/choose")
    visitor.send("/decline/choose/submit", fields or {"who": "all"})
    assert visitor.place == "/decline/check"
    visitor.send("/decline/check/submit")
    assert visitor.place == "/decline/code"


def decline(resident: Resident, person: Person, visitor: Visitor, **fields: str) -> str:
    """Walk to the receipt; return its number."""
    to_code(visitor, **fields)
    answer = visitor.post(
        "/decline/code/submit", {"code": person.totp(resident.now), "form_key": "k"}
    )
    found = RECEIPT.search(answer.headers["location"])
    assert found
    visitor.follow(answer)
    return found[1]


@pytest.fixture
def person(resident: Resident) -> Person:
    """A household of two children that signs in with an app and has coupons."""
    found = resident.add(active=True)
    resident.give_coupons()
    return found


@pytest.fixture
def quick_person(sqlite_resident: Resident) -> Person:
    """The same on SQLite only."""
    found = sqlite_resident.add(active=True)
    sqlite_resident.give_coupons()
    return found


def test_one_child_is_declined_by_name_and_the_receipt_says_all(
    resident: Resident, person: Person
) -> None:
    visitor = resident.enter(person)
    explained = visitor.open("/decline").text
    assert "2人" in explained
    assert "60,000円" in explained
    assert "2023年9月29日まで" in explained
    chosen = visitor.open("/decline/choose").text
    assert "checked" not in chosen
    number = decline(
        resident, person, visitor, child_2="1", reason="not_needed", text="ありがとう <b>"
    )
    receipt = visitor.open(f"/decline/received/{number}").text
    assert "2023年8月1日 午後0時" in receipt
    assert CANARY_CHILDREN[1][0] in receipt
    assert CANARY_CHILDREN[0][0] not in receipt
    assert "30,000円" in receipt
    home = visitor.open("/home").text
    assert home.count("辞退の手続き中です") == 1
    assert "/coupon/1/reveal" in home
    assert "/coupon/2/reveal" not in home
    assert 'href="/decline"' in home  # for the other child
    with resident.database.read() as session:
        row = session.scalars(select(Request)).one()
        assert (row.receipt_no, row.children, row.channel, row.state) == (
            number,
            1,
            "portal",
            "waiting",
        )
        assert "ありがとう".encode() not in (row.sealed or b"")


def test_nothing_happens_before_the_code(resident: Resident, person: Person) -> None:
    visitor = resident.enter(person)
    to_code(visitor)
    wrong = visitor.post("/decline/code/submit", {"code": "000000", "form_key": "k1"})
    assert wrong.status_code == 422
    assert "番号が違います" in wrong.text
    assert resident.count(Request) == 0
    assert resident.count(Coupon, state="suspended") == 0
    visitor.send("/decline/leave")
    assert visitor.place == "/home"
    assert visitor.open("/decline/check").request.url.path == "/decline"


def test_fifty_equal_posts_are_one_decline(resident: Resident, person: Person) -> None:
    visitor = resident.enter(person)
    to_code(visitor)
    form = {"code": person.totp(resident.now), "form_key": "same"}
    answers = all_at_once([visitor] * 50, "/decline/code/submit", [form] * 50)
    places = {(a.status_code, a.headers.get("location")) for a in answers}
    assert len(places) == 1, places
    assert RECEIPT.search(str(places))
    assert resident.count(Request) == 1
    assert resident.count(DeclineItem) == 2


def test_two_tabs_end_with_one_decline_and_a_plain_word(resident: Resident, person: Person) -> None:
    first, second = resident.enter(person), resident.enter(person)
    to_code(first)
    to_code(second)
    number = decline(resident, person, first)
    resident.clock.advance(seconds=60)
    late = second.post(
        "/decline/code/submit", {"code": person.totp(resident.now), "form_key": "tab2"}
    )
    assert late.status_code == 409
    assert f"受付番号は {number} です" in late.text
    assert resident.count(Request) == 1


def test_the_choice_must_be_one(sqlite_resident: Resident, quick_person: Person) -> None:
    visitor = sqlite_resident.enter(quick_person)
    visitor.open("/decline/choose")
    assert "選んでください" in visitor.post("/decline/choose/submit").text
    both = visitor.post("/decline/choose/submit", {"who": "all", "child_1": "1"})
    assert both.status_code == 422
    assert "どちらか" in both.text
    long = visitor.post("/decline/choose/submit", {"who": "all", "text": "あ" * 501})
    assert (long.status_code, "500文字" in long.text) == (422, True)
    assert visitor.open("/decline/check").request.url.path == "/decline"


def test_the_decline_is_taken_back_after_a_question(resident: Resident, person: Person) -> None:
    visitor = resident.enter(person)
    number = decline(resident, person, visitor)
    asked = visitor.open(f"/decline/withdraw/{number}").text
    assert "またクーポン" in asked or "クーポンがまた使える" in asked
    assert resident.count(Coupon, state="suspended") == 2
    assert 'href="/decline"' not in visitor.open("/home").text
    assert 'href="/alternative"' not in visitor.open("/home").text
    answers = [
        visitor.post(f"/decline/withdraw/{number}/submit", {"form_key": "b"}) for _try in range(3)
    ]
    assert {a.status_code for a in answers} == {303}
    taken_back = visitor.open(f"/decline/received/{number}").text
    assert "辞退を取り下げました" in taken_back
    assert "受け取れなくなる金額" not in taken_back
    assert resident.count(Coupon, state="assigned") == 2
    assert "/coupon/1/reveal" in visitor.open("/home").text
    assert 'href="/decline"' in visitor.open("/home").text


def test_another_households_receipt_is_as_good_as_none(resident: Resident, person: Person) -> None:
    number = decline(resident, person, resident.enter(person))
    stranger = resident.enter(resident.add(active=True))
    for path in (
        f"/decline/received/{number}",
        f"/decline/withdraw/{number}",
        f"/requests/{number}/receipt.pdf",
    ):
        unknown = stranger.get(path.replace(number, "CDFG-HJKL"))
        answer = stranger.get(path)
        assert (answer.status_code, answer.text) == (
            404,
            unknown.text,
        ) or "form_token" in answer.text
        assert answer.status_code == unknown.status_code == 404
    stranger.open("/home")
    assert stranger.post(f"/decline/withdraw/{number}/submit", {"form_key": "x"}).status_code == 404
    assert resident.count(Request, state="waiting") == 1


@pytest.mark.parametrize(("moment", "taken"), [(LAST_MOMENT, True), (TOO_LATE, False)])
def test_the_last_moment_is_in_and_midnight_is_out(
    resident: Resident, person: Person, moment: object, taken: bool
) -> None:
    visitor = resident.enter(person)
    to_code(visitor)
    resident.clock.instant = moment  # type: ignore[assignment]
    visitor = resident.enter(person)
    if taken:
        decline(resident, person, visitor)
    else:
        assert "2023年9月29日で終わりました" in visitor.open("/decline").text
        assert visitor.open("/decline/choose").request.url.path == "/decline"
        assert "/decline" not in visitor.open("/home").text
    assert resident.count(Request) == int(taken)


def test_a_form_that_was_open_at_midnight_is_late(
    sqlite_resident: Resident, quick_person: Person
) -> None:
    sqlite_resident.clock.instant = LAST_MOMENT
    visitor = sqlite_resident.enter(quick_person)
    to_code(visitor)
    sqlite_resident.clock.advance(seconds=60)
    code = quick_person.totp(sqlite_resident.now)
    answer = visitor.post("/decline/code/submit", {"code": code, "form_key": "late"})
    assert answer.status_code == 409
    assert "2023年9月29日で終わりました" in answer.text
    assert sqlite_resident.count(Request) == 0


def test_before_the_window_the_page_says_from_when(
    sqlite_resident: Resident, quick_person: Person
) -> None:
    sqlite_resident.clock.instant = LAST_MOMENT.replace(month=6)
    assert "2023年7月3日に始まります" in sqlite_resident.enter(quick_person).open("/decline").text


def test_the_last_day_is_announced_a_month_before(
    sqlite_resident: Resident, quick_person: Person
) -> None:
    for day, said in ((28, False), (30, True)):
        sqlite_resident.clock.instant = LAST_MOMENT.replace(month=8, day=day)
        home = sqlite_resident.enter(quick_person).open("/home").text
        first = home.partition("ほかにできること")[0]
        assert ("辞退できるのは、2023年9月29日まで" in first) is said
        assert "辞退できるのは、2023年9月29日まで" in home


def test_before_the_first_reveal_it_is_said_that_there_is_no_way_back(
    sqlite_resident: Resident, quick_person: Person
) -> None:
    said = "一度表示すると、辞退することも、紙の代替品に変えることもできなくなります"
    assert said not in sqlite_resident.enter(quick_person).open("/home").text
    with sqlite_resident.database.write() as session:
        session.execute(update(CouponBatch).values(stop="never", sandbox=False))
    visitor = sqlite_resident.enter(quick_person)
    assert visitor.open("/home").text.count(said) == 2
    visitor.send("/coupon/1/reveal")
    assert visitor.open("/home").text.count(said) == 1
    choose = visitor.open("/decline/choose").text
    assert 'name="child_1"' not in choose
    assert "クーポンを一度表示したため、辞退できません" in choose
    assert 'name="child_2"' in choose


def test_a_code_that_was_spent_meanwhile_is_refused_with_the_wards_number(
    sqlite_resident: Resident, quick_person: Person
) -> None:
    visitor = sqlite_resident.enter(quick_person)
    visitor.send("/coupon/1/reveal")
    to_code(visitor)
    with sqlite_resident.database.write() as session:
        session.execute(update(Coupon).where(Coupon.state == "revealed").values(state="part_used"))
    code = quick_person.totp(sqlite_resident.now)
    answer = visitor.post("/decline/code/submit", {"code": code, "form_key": "s"})
    assert answer.status_code == 409
    assert "もう使われています" in answer.text
    assert sqlite_resident.site.program.contact.escalation_telephone in answer.text


def test_a_protected_household_sees_the_same_words(
    sqlite_resident: Resident, quick_person: Person
) -> None:
    usual = sqlite_resident.enter(quick_person)
    number = decline(sqlite_resident, quick_person, usual)
    other = sqlite_resident.add(active=True)
    with sqlite_resident.database.write() as session:
        session.execute(
            update(Household)
            .where(Household.id == other.household_id)
            .values(protected=True, counter=True)
        )
        hold_household(session, other.household_id, sqlite_resident.now)
    visitor = sqlite_resident.enter(other)
    theirs = decline(sqlite_resident, other, visitor)

    def words(page: str) -> str:
        main = page[page.index("<main") : page.index("</main")]
        return re.sub(r'value="[^"]*"', "", main.replace(number, "N").replace(theirs, "N"))

    assert words(visitor.open(f"/decline/received/{theirs}").text) == words(
        usual.open(f"/decline/received/{number}").text
    )
    assert words(visitor.open("/home").text) == words(usual.open("/home").text)


def test_the_form_as_pdf_has_the_same_number(
    sqlite_resident: Resident, quick_person: Person
) -> None:
    visitor = sqlite_resident.enter(quick_person)
    number = decline(sqlite_resident, quick_person, visitor, child_1="1")
    answer = visitor.get(f"/requests/{number}/receipt.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    text = "".join(pdf.text(answer.content))
    assert number in text
    assert "辞退届" in text
    assert CANARY_CHILDREN[0][0] in text
    assert CANARY_CHILDREN[1][0] not in text
    assert "潮見坂" not in text


def test_a_correction_starts_from_the_receipt(
    sqlite_resident: Resident, quick_person: Person
) -> None:
    visitor = sqlite_resident.enter(quick_person)
    number = decline(sqlite_resident, quick_person, visitor)
    with sqlite_resident.database.write() as session:
        row = session.scalars(select(Request)).one()
        officer = add_reviewer(session, "officer", Organization.CONTRACTOR, Role.OFFICER)
        decide(
            work_in(session, officer, sqlite_resident.now, program=sqlite_resident.site.program),
            DECLINE_KIND,
            row.id,
            row.version,
            Decided("return", reason="incomplete", text="どのこどもかを教えてください。"),
        )
    page = visitor.open(f"/decline/received/{number}").text
    assert "どのこどもかを教えてください。" in page
    assert 'href="/decline/choose"' in page
    sqlite_resident.clock.advance(seconds=60)
    to_code(visitor, child_1="1")
    code = quick_person.totp(sqlite_resident.now)
    answer = visitor.post("/decline/code/submit", {"code": code, "form_key": "again"})
    assert answer.headers["location"].endswith(number)
    with sqlite_resident.database.read() as session:
        claims = session.scalars(select(Entitlement.claimed_by).order_by(Entitlement.id)).all()
    assert claims == ["decline", None]


def test_anybody_may_have_the_blank_form(sqlite_resident: Resident) -> None:
    answer = sqlite_resident.visitor().get("/decline/form.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert "辞退届" in "".join(pdf.text(answer.content))


def test_a_wish_told_on_the_telephone_is_confirmed_or_dropped_in_the_portal(
    sqlite_resident: Resident, quick_person: Person
) -> None:
    with sqlite_resident.database.write() as session:
        officer = add_reviewer(session, "officer", Organization.CONTRACTOR, Role.OFFICER)
        program = sqlite_resident.site.program
        phone_wish(
            work_in(session, officer, sqlite_resident.now, program=program),
            quick_person.household_id,
            "portal",
        )
    visitor = sqlite_resident.enter(quick_person)
    home = visitor.open("/home").text
    assert home.count("お電話での辞退の希望") == 1
    assert "/coupon/1/reveal" in home
    with sqlite_resident.database.read() as session:
        number = session.scalars(select(Request.receipt_no)).one()
    assert "辞退の希望を取り消します" in visitor.open(f"/decline/withdraw/{number}").text
    assert decline(sqlite_resident, quick_person, visitor, child_1="1") == number
    assert "お電話での辞退の希望" not in visitor.open("/home").text
