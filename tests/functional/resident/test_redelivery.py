"""Letters that did not arrive: the page says where they are and what can be done.

Outside, everybody reads the same.
"""

import re
import time
from datetime import date

import pytest
from sqlalchemy import select

from portal.domain.letters.shipments.services import Absence
from portal.domain.people.authn.models import ThrottleBucket
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.requests.models import Request
from tests.functional.requests.redeliveries.support import Post, make_post
from tests.functional.resident.test_enumeration import auc
from tests.support.reading import pdf
from tests.support.resident import Resident, Visitor

RECEIPT = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")
HIDDEN = re.compile(r'name="form_(?:key|token)" value="[^"]*"')
FORM = {
    "name": "鶉野　瑠璃子",
    "era": "昭和",
    "year": "58",
    "month": "11",
    "day": "27",
    "postal_code": "１３９－０００１",
}
NOBODY = FORM | {"name": "鷺沢　茜", "postal_code": "1000001"}


@pytest.fixture
def post(resident: Resident) -> Post:
    return make_post(resident.database)


def form_key(visitor: Visitor) -> str:
    assert visitor.page is not None
    return str(re.findall(r'name="form_key" value="([^"]+)"', visitor.page.text)[0])


def say(page_text: str) -> str:
    """The page without what differs from visit to visit."""
    return RECEIPT.sub("#", HIDDEN.sub("", page_text))


def ask_outside(
    resident: Resident, values: dict[str, str], address: str = "203.0.113.7"
) -> tuple[int, str, str]:
    visitor = resident.visitor(address)
    visitor.open("/redelivery")
    sent = visitor.post("/redelivery/submit", values | {"form_key": form_key(visitor)})
    page = visitor.follow(sent)
    assert page.status_code == 200
    return sent.status_code, say(sent.headers.get("location", "")), say(page.text)


def test_known_and_unknown_people_get_the_same_answer_and_nobody_is_looked_up(
    resident: Resident, post: Post
) -> None:
    post.household()
    known, unknown = ask_outside(resident, FORM), ask_outside(resident, NOBODY)
    assert known == unknown
    assert known[:2] == (303, "/redelivery/received/#")
    with resident.database.read() as session:
        assert session.scalars(select(Request.household_id)).all() == [None, None]
        assert session.scalars(select(Redelivery.matches)).all() == [[], []]
    assert resident.messages() == []


def test_the_time_of_the_answer_does_not_tell_whether_somebody_is_known(
    sqlite_resident: Resident,
) -> None:
    make_post(sqlite_resident.database).household()
    # Of thirty pairs one round in a hundred looks uneven by chance; a real difference shows in
    # both.
    rounds = (told_apart(sqlite_resident, number) for number in range(2))
    assert any(0.3 <= found <= 0.7 for found in rounds)


def told_apart(resident: Resident, round_number: int) -> float:
    """How often asking for somebody known takes longer (0.5: no telling apart)."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    visitor = resident.visitor()
    visitor.open("/redelivery")
    for number in range(30):
        for name in ("known", "unknown") if number % 2 else ("unknown", "known"):
            with resident.database.write() as session:
                session.query(ThrottleBucket).delete()
            key = f"key-{name}-{round_number}-{number}-long-enough"
            started = time.perf_counter()
            values = (FORM if name == "known" else NOBODY) | {"form_key": key}
            assert visitor.post("/redelivery/submit", values).status_code == 303
            times[name].append(time.perf_counter() - started)
    assert min(times["known"] + times["unknown"]) >= 0.05
    return auc(times["known"], times["unknown"])


def test_pressed_twice_it_is_one_request_and_a_sender_has_three_a_day(resident: Resident) -> None:
    visitor = resident.visitor()
    visitor.open("/redelivery")
    values = FORM | {"form_key": form_key(visitor)}
    first, second = (
        visitor.post("/redelivery/submit", values).headers["location"] for _press in range(2)
    )
    assert first == second
    assert resident.count(Request) == 1
    for _more in range(2):
        assert ask_outside(resident, FORM)[0] == 303
    visitor.open("/redelivery")
    again = visitor.post("/redelivery/submit", FORM | {"form_key": form_key(visitor)})
    assert again.headers["location"] == first, "drawn anew and unchanged, it is the same form"
    other = resident.visitor()
    other.open("/redelivery")
    refused = other.post("/redelivery/submit", FORM | {"form_key": form_key(other)})
    assert refused.status_code == 429
    assert "1日に3回まで" in refused.text
    assert ask_outside(resident, FORM, "198.51.100.20")[0] == 303


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", " ", "名前を入力"),
        ("year", "83", "年は4けた"),
        ("postal_code", "139", "郵便番号は、7けた"),
        ("letter_number", "M123", "手紙の番号は、Mと9けた"),
        ("telephone", "12", "電話番号は、0から"),
    ],
)
def test_what_cannot_be_read_is_said_and_typed_words_stay(
    sqlite_resident: Resident, field: str, value: str, words: str
) -> None:
    visitor = sqlite_resident.visitor()
    visitor.open("/redelivery")
    era = {"era": ""} if field == "year" else {}
    page = visitor.post("/redelivery/submit", FORM | {"form_key": "k" * 20, field: value} | era)
    assert page.status_code == 422
    assert words in page.text
    assert "鶉野" in page.text or field == "name"
    assert sqlite_resident.count(Request) == 0


def test_the_page_says_where_the_letter_is_and_one_press_asks(
    resident: Resident, post: Post
) -> None:
    person = post.household(active=True)
    visitor = resident.enter(person)
    assert visitor.get("/redelivery").headers["location"] == "/redelivery/own"
    page = visitor.open("/redelivery/own")
    for words in (
        "2023年7月10日",
        "簡易書留",
        "未確認",
        "まだ、再配送していません",
        "あと2回、送れます",
        "2023年8月1日",
    ):
        assert words in page.text
    values = {"item": "letter", "form_key": form_key(visitor)}
    first = visitor.post("/redelivery/own/submit", values)
    again = visitor.post("/redelivery/own/submit", values)
    assert (
        first.headers["location"].partition("?")[0] == again.headers["location"].partition("?")[0]
    )
    assert resident.count(Request) == 1
    page = visitor.follow(first)
    assert "担当者が、2023年8月4日ごろまでに確かめます" in page.text
    assert "もう受け付けています" in visitor.open("/redelivery/own").text


def test_at_the_post_office_nothing_is_offered_but_the_slip_explained(
    resident: Resident, post: Post
) -> None:
    person = post.household(active=True)
    post.mail(person, "absent", Absence(date(2023, 7, 30), date(2023, 8, 6)))
    visitor = resident.enter(person)
    page = visitor.open("/redelivery/own").text
    assert "郵便局が、2023年8月6日まで預かっています" in page
    assert "absence-slip" in page
    assert 'action="/redelivery/own/submit"' not in page
    refused = visitor.post("/redelivery/own/submit", {"item": "letter", "form_key": "k" * 20})
    assert refused.status_code == 422
    assert resident.count(Request) == 0
    assert "absence-slip" in resident.visitor().open("/redelivery").text


def test_while_a_request_is_open_no_further_one_is_promised(sqlite_resident: Resident) -> None:
    post = make_post(sqlite_resident.database)
    person = post.household(active=True)
    post.ask(person)
    page = sqlite_resident.enter(person).open("/redelivery/own").text
    assert "いまは申し込めません" in page
    assert "あと2回" not in page


def test_a_document_of_a_redelivery_that_was_taken_back_promises_nothing(
    sqlite_resident: Resident,
) -> None:
    post = make_post(sqlite_resident.database)
    person = post.household(active=True)
    row = post.ask(person)
    visitor = sqlite_resident.enter(person)
    visitor.send(f"/requests/{row.receipt_no}/withdraw")
    said = "".join(
        pdf.text(visitor.get(f"/requests/{row.receipt_no}/receipt.pdf").content)
    ).replace("\n", "")
    assert "に取り下げました" in said
    assert "確かめます" not in said


def test_the_receipt_outside_says_to_everybody_that_an_answer_may_be_needed(
    sqlite_resident: Resident,
) -> None:
    page = sqlite_resident.visitor().open("/redelivery/received/CDFG-HJKL").text
    assert "サインインして、答えてください。答えるまで、手紙は送りません。" in page


def test_my_requests_begin_empty_and_then_show_state_next_step_receipt_and_taking_back(
    resident: Resident, post: Post
) -> None:
    person, stranger = post.household(active=True), post.household(active=True)
    visitor = resident.enter(person)
    assert "まだ申請はありません" in visitor.open("/requests").text
    row = post.ask(person)
    page = visitor.open("/requests").text
    for words in (row.receipt_no, "再配送", "担当者が確かめています", "ごろまでに確かめます"):
        assert words in page
    visitor.open(f"/requests/{row.receipt_no}")
    receipt = visitor.get(f"/requests/{row.receipt_no}/receipt.pdf")
    assert row.receipt_no in "".join(pdf.text(receipt.content))
    other = resident.enter(stranger)
    assert other.get(f"/requests/{row.receipt_no}").status_code == 404
    assert other.post(f"/requests/{row.receipt_no}/withdraw").status_code == 404
    for _press in range(2):
        page = visitor.send(f"/requests/{row.receipt_no}/withdraw").text
        assert "取り下げました" in page
    assert post.state(row) == ("withdrawn", "closed", "withdrawn")


def test_what_the_staff_wrote_is_read_beside_the_reason(resident: Resident, post: Post) -> None:
    person = post.household(active=True)
    row = post.ask(person)
    post.decide(row, "refuse", reason="delivered", text="7月12日に、ご家族が受け取りました。")
    page = resident.enter(person).open(f"/requests/{row.receipt_no}").text
    assert "お受けできませんでした" in page
    assert "もう届いていることを、確かめました" in page
    assert "7月12日に、ご家族が受け取りました。" in page


@pytest.mark.parametrize("mine", [True, False])
def test_a_request_from_outside_waits_for_its_owner_at_the_top_of_home(
    resident: Resident, post: Post, *, mine: bool
) -> None:
    person = post.household(active=True)
    row = post.ask_outside()
    assert "返事を待っています" not in resident.enter(person).open("/home").text
    post.match()
    visitor = resident.enter(person)
    home = visitor.open("/home").text
    assert "この申請は、あなたの返事を待っています" in home
    assert home.index(row.receipt_no) < home.index("鶉野　翡翠") if "鶉野　翡翠" in home else True
    page = visitor.open(f"/requests/{row.receipt_no}").text
    assert "これは、ご自身の申し込みですか" in page
    for _press in range(2):
        page = visitor.send(
            f"/requests/{row.receipt_no}/answer", {"mine": "yes" if mine else "no"}
        ).text
    if mine:
        assert post.state(row)[:2] == ("submitted", "waiting")
        assert "ご自身の申し込みだと、確かめました" in page
    else:
        assert post.state(row) == ("withdrawn", "closed", "withdrawn")
        assert "申し込みを取り下げました。手紙は送りません" in page
        late = visitor.post(f"/requests/{row.receipt_no}/answer", {"mine": "yes"})
        assert late.status_code == 409
        assert "この申請は、画面を開いたあとに変わりました" in late.text
        assert "入力を確かめてください" not in late.text
    assert "返事を待っています" not in visitor.open("/home").text


def test_the_form_on_paper_is_for_everybody_and_names_nobody(sqlite_resident: Resident) -> None:
    answer = sqlite_resident.visitor().get("/redelivery/form.pdf")
    text = "".join(pdf.text(answer.content))
    assert "再配送依頼書" in text
    assert "2023年12月21日" in text
    for language in ("en", "easy"):
        visitor = sqlite_resident.visitor()
        visitor.http.cookies.set("lang", language, domain="127.0.0.1")
        assert visitor.get("/redelivery/form.pdf").content.startswith(b"%PDF")
