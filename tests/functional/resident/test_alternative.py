"""Asking for paper in the portal.

The coupon stops is said first, a code once more, one receipt, each step with its date.
"""

from dataclasses import replace

import pytest

from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.domain.requests.requests.models import Request
from tests.faults.test_parallel import all_at_once
from tests.support.people import CANARY_CHILDREN, Person, give_coupons
from tests.support.reading import pdf
from tests.support.requests.paper import Paper, make_paper
from tests.support.resident import Resident, Visitor
from tests.support.work import work_in

WISH = {"child_1": "1", "product": "gift_card", "why": "no_smartphone"}


@pytest.fixture
def person(resident: Resident) -> Person:
    found = resident.add(active=True)
    resident.give_coupons()
    return found


@pytest.fixture
def office(resident: Resident) -> Paper:
    """The people who review and pack, on the same database."""
    made = make_paper(resident.database, resident.folder)
    return replace(made, program=resident.site.program, now=resident.now)


def asked(resident: Resident, visitor: Visitor, **wish: str) -> str:
    """Go the whole way and return the receipt number."""
    visitor.open("/alternative")
    visitor.open("/alternative/choose")
    visitor.send("/alternative/choose/submit", WISH | wish)
    assert visitor.place == "/alternative/check"
    page = visitor.send("/alternative/check/submit", {"form_key": "k" + str(resident.now)})
    assert page.status_code == 200, page.text
    assert visitor.place.startswith("/alternative/received/")
    return visitor.place.rsplit("/", 1)[1]


def test_the_key_of_a_form_is_the_familys_own(resident: Resident, person: Person) -> None:
    """Another family's form with the same key is a request of its own, not an answer to this."""
    other = resident.add(active=True)
    give_coupons(resident.database, resident.folder, resident.now, seed=2)
    receipts = {asked(resident, resident.enter(one)) for one in (person, other)}
    assert len(receipts) == 2


def only_request(resident: Resident) -> Request:
    with resident.database.read() as session:
        row = session.query(Request).one()
        session.expunge(row)
    return row


def test_the_whole_way_with_every_step_and_its_date(
    resident: Resident, person: Person, office: Paper
) -> None:
    visitor = resident.enter(person)
    first = visitor.open("/alternative").text
    assert "電子クーポンは使えなくなります" in first
    assert "操作がむずかしい方" in first
    number = asked(resident, visitor)
    assert resident.count(Coupon, state="suspended") == 1
    receipt = visitor.open(f"/alternative/received/{number}").text
    for words in (
        "担当者が、2023年8月",
        "ごろまでに確かめます",
        "結果が出たら、お知らせします",
        "スマートフォンやパソコンがない",
    ):
        assert words in receipt
    listed = visitor.open("/requests").text
    assert number in listed
    assert CANARY_CHILDREN[0][0] in listed
    home = visitor.open("/home").text
    assert "紙の代替品の手続き中です" in home
    assert f"/alternative/received/{number}" in home
    row = only_request(resident)
    office.receive()
    office.decide(row.id)
    assert "紙の代替品を準備中です。" in visitor.open(f"/alternative/received/{number}").text
    parcel = office.pack(row.id, 1)
    office.post(parcel)
    text = visitor.open(f"/alternative/received/{number}").text
    assert "小包を、簡易書留で送りました。" in text
    assert "取り下げたいとき" not in text
    office.deliver(parcel)
    text = visitor.open(f"/alternative/received/{number}").text
    assert "紙の代替品が届きました" in text
    assert "紙の代替品をお届けしました" in visitor.open("/home").text
    assert text.count("2023年") >= 6  # each step has its day
    assert "3112600" not in text  # a tracking number would tell where somebody lives


def test_an_old_session_gives_a_code_once_more(resident: Resident, person: Person) -> None:
    visitor = resident.enter(person)
    visitor.open("/alternative/choose")
    resident.clock.advance(minutes=6)
    visitor.send("/alternative/choose/submit", WISH)
    assert visitor.place.startswith("/confirm/")
    assert "紙の代替品を申し込む前に" in (visitor.page.text if visitor.page else "")
    assert visitor.post(visitor.place + "/submit", {"code": "000000"}).status_code == 422
    resident.clock.advance(minutes=1)
    visitor.send(
        visitor.place.removesuffix("/submit") + "/submit", {"code": person.totp(resident.now)}
    )
    assert visitor.place == "/alternative/check"


def test_no_code_no_request(resident: Resident, person: Person) -> None:
    visitor = resident.enter(person)
    visitor.open("/alternative/choose")
    visitor.send("/alternative/choose/submit", WISH)
    resident.clock.advance(minutes=6)
    visitor.send("/alternative/check/submit", {"form_key": "late"})
    assert visitor.place.startswith("/confirm/")
    assert resident.count(Request) == 0


def test_fifty_equal_posts_are_one_request_and_one_receipt(
    resident: Resident, person: Person
) -> None:
    visitor = resident.enter(person)
    visitor.open("/alternative/choose")
    visitor.send("/alternative/choose/submit", WISH)
    answers = all_at_once([visitor] * 50, "/alternative/check/submit", [{"form_key": "same"}] * 50)
    assert {a.status_code for a in answers} == {303}
    assert len({a.headers["location"] for a in answers}) == 1
    assert "/alternative/received/" in answers[0].headers["location"]
    assert (resident.count(Request), resident.count(Entitlement, claimed_by="alternative")) == (
        1,
        1,
    )


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("child_1", "紙に変えるこどもを"),
        ("product", "種類を、選んで"),
        ("why", "理由を、ひとつ選んで"),
    ],
)
def test_what_is_missing_stands_beside_its_question(
    sqlite_resident: Resident, left_out: str, said: str
) -> None:
    resident = sqlite_resident
    visitor = resident.enter(resident.add(active=True))
    resident.give_coupons()
    visitor.open("/alternative/choose")
    wish = {name: value for name, value in WISH.items() if name != left_out}
    page = visitor.post("/alternative/choose/submit", wish)
    assert page.status_code == 422
    assert said in page.text
    assert 'id="error-summary"' in page.text


def test_a_child_whose_decline_is_open_is_not_offered(
    resident: Resident, person: Person, office: Paper
) -> None:
    with resident.database.write() as session:
        first = office.rights(session, person)[0]
        claims.claim(
            work_in(session, office.officer, resident.now),
            person.household_id,
            [first],
            claims.DECLINE,
            77,
        )
    visitor = resident.enter(person)
    page = visitor.open("/alternative/choose").text
    assert 'name="child_1"' not in page
    assert "別の申請の手続き中です" in page
    assert visitor.post("/alternative/choose/submit", WISH).status_code == 422


def test_a_claim_between_check_and_button_is_explained(
    resident: Resident, person: Person, office: Paper
) -> None:
    visitor = resident.enter(person)
    visitor.open("/alternative/choose")
    visitor.send("/alternative/choose/submit", WISH)
    with resident.database.write() as session:
        first = office.rights(session, person)[0]
        claims.claim(
            work_in(session, office.officer, resident.now),
            person.household_id,
            [first],
            claims.DECLINE,
            77,
        )
    page = visitor.send("/alternative/check/submit", {"form_key": "x"})
    assert page.status_code == 409
    assert "別の申請の手続き中です" in page.text
    assert resident.count(Request) == 0


def test_taking_it_back(resident: Resident, person: Person, office: Paper) -> None:
    visitor = resident.enter(person)
    number = asked(resident, visitor)
    visitor.open(f"/alternative/withdraw/{number}")
    page = visitor.send(f"/alternative/withdraw/{number}/submit", {"form_key": "back"})
    assert "申し込みを取り下げました" in page.text
    assert resident.count(Coupon, state="suspended") == 0
    visitor.send(f"/alternative/withdraw/{number}/submit", {"form_key": "back"})
    second = visitor.post(f"/alternative/withdraw/{number}/submit", {"form_key": "another tab"})
    assert (second.status_code, second.headers["location"]) == (
        303,
        f"/alternative/received/{number}",
    )
    office.receive()
    resident.clock.advance(seconds=1)
    asked(resident, visitor)


def test_the_document_names_child_and_product_and_says_what_became_of_it(
    sqlite_resident: Resident,
) -> None:
    resident = sqlite_resident
    visitor = resident.enter(resident.add(active=True))
    resident.give_coupons()
    number = asked(resident, visitor, text="ゆっくり\r\nお願いします")

    def document() -> str:
        return "".join(pdf.text(visitor.get(f"/requests/{number}/receipt.pdf").content)).replace(
            "\n", ""
        )

    product = str(
        next(one.name for one in resident.site.program.alternatives if one.id == "gift_card")
    )
    said = document()
    for words in (
        CANARY_CHILDREN[0][0],
        product,
        "お願いします",
        "担当者が確かめています（2023年8月1日）",
        "ごろまでに",
    ):
        assert words in said
    assert CANARY_CHILDREN[1][0] not in said
    assert "〓" not in said
    page = visitor.open(f"/requests/{number}").text
    assert f'href="/alternative/withdraw/{number}"' in page
    assert "/alternative/correct/" not in page
    visitor.send(f"/alternative/withdraw/{number}/submit", {"form_key": "back"})
    said = document()
    assert "この申請は、2023年8月1日に取り下げました" in said
    for words in ("確かめます", "このあと", "結果は"):
        assert words not in said
    assert "/alternative/withdraw/" not in visitor.open(f"/requests/{number}").text


def test_the_one_who_packs_first_wins_and_the_page_says_so(
    resident: Resident, person: Person, office: Paper
) -> None:
    visitor = resident.enter(person)
    number = asked(resident, visitor)
    visitor.open(f"/alternative/withdraw/{number}")
    office.receive()
    office.decide(only_request(resident).id)
    office.pack(only_request(resident).id, 1)
    page = visitor.send(f"/alternative/withdraw/{number}/submit", {"form_key": "late"})
    assert page.status_code == 409
    assert "もう発送の準備が終わっている" in page.text


def test_a_returned_request_is_corrected(resident: Resident, person: Person, office: Paper) -> None:
    visitor = resident.enter(person)
    number = asked(resident, visitor)
    office.decide(only_request(resident).id, "return", reason="product")
    page = visitor.open(f"/alternative/received/{number}")
    assert "ほかの種類を選んでください" in page.text
    visitor.open(f"/alternative/correct/{number}")
    assert (
        visitor.post(f"/alternative/correct/{number}/submit", {"product": "tea"}).status_code == 422
    )
    visitor.send(f"/alternative/correct/{number}/submit", {"product": "book_card", "why": "other"})
    assert visitor.place == f"/alternative/received/{number}"
    assert only_request(resident).state == "waiting"


@pytest.mark.asvs("8.2.2")
def test_another_household_reads_nothing(resident: Resident, person: Person) -> None:
    number = asked(resident, resident.enter(person))
    stranger = resident.enter(resident.add(active=True))
    for path in (
        f"/alternative/received/{number}",
        f"/alternative/withdraw/{number}",
        f"/alternative/correct/{number}",
    ):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/alternative/withdraw/{number}/submit").status_code == 404


def test_a_protected_household_gets_the_same_receipt(resident: Resident, office: Paper) -> None:
    """Handed over at the ward's counter it may sign in.

    Nothing that it reads differs from anybody else's pages.
    """
    hidden, other = resident.add(active=True), resident.add(active=True)
    resident.give_coupons()
    with resident.database.write() as session:
        household = session.get_one(Household, hidden.household_id)
        household.protected = household.counter = True
    pages = []
    for one in (hidden, other):
        visitor = resident.enter(one)
        number = asked(resident, visitor, child_1="1")
        text = visitor.open(f"/alternative/received/{number}").text
        pages.append(text[text.index("<main") : text.index("</main")].replace(number, "NUMBER"))
        resident.clock.advance(seconds=1)
    assert pages[0] == pages[1]


def test_outside_the_window_the_page_says_from_or_until_when(sqlite_resident: Resident) -> None:
    resident = sqlite_resident
    person = resident.add(active=True)
    resident.give_coupons()
    window = resident.site.program.windows.alternative
    resident.clock.instant = window.ends_at
    visitor = resident.enter(person)
    page = visitor.open("/alternative").text
    assert "紙の代替品の受付は" in page
    assert "で終わりました" in page
    visitor.open("/alternative/choose")
    assert visitor.place == "/alternative"


def test_the_form_on_paper_is_there_for_everybody_in_every_language(
    sqlite_resident: Resident,
) -> None:
    visitor = sqlite_resident.visitor()
    said = ""
    for language in ("ja", "easy", "en", "zh-hans", "zh-hant", "ko"):
        visitor.get("/help", params={"lang": language})
        answer = visitor.get("/alternative/form.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        pages = pdf.text(answer.content)
        assert len(pages) == 1
        said = pages[0]
        assert "代替品申出書" in said
    assert "スマートフォンやパソコンがない" in said
    assert "/alternative/form.pdf" in visitor.open("/help/paper").text


def test_who_can_receive_no_code_finds_the_form(sqlite_resident: Resident) -> None:
    resident = sqlite_resident
    visitor = resident.enter(resident.add(), stage="channel")
    assert "/alternative/form.pdf" in visitor.open("/start/none").text
