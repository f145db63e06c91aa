"""A call back that is asked for without a sign-in: its receipt, its limits, its refusals."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select

from portal.domain.people.authn.models import ThrottleBucket
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import details_of
from tests.support.coupons import VAULT
from tests.support.resident import Resident, Visitor

WISH = {
    "trouble": "letter_lost",
    "name": "鶉野　﨑子",
    "telephone": "０９０−１２３４−５６７８",
    "login_id": "",
    "form_key": "one-form",
}


def test_a_call_back_is_asked_without_sign_in_and_sealed_as_typed(resident: Resident) -> None:
    visitor = resident.visitor()
    visitor.get("/lost/ask?about=phone")
    assert visitor.page is not None
    assert re.search(r'value="phone" checked', visitor.page.text)
    page = visitor.send("/lost/submit", WISH)
    with resident.database.read() as session:
        task = session.scalars(select(Task)).one()
        assert task.household_id is None
        assert details_of(VAULT, task) == {
            "trouble": "letter_lost",
            "name": "鶉野　﨑子",
            "telephone": "09012345678",
            "login_id": "",
        }
        receipt_no = task.receipt_no
    assert visitor.place.startswith(f"/lost/received/{receipt_no}/")
    assert receipt_no in page.text
    assert "2023年8月1日 午後0時" in page.text
    assert "期限に間に合ったものとしてあつかいます" in page.text
    assert "鶉野" not in page.text


def test_the_receipt_page_answers_any_well_formed_number_alike(resident: Resident) -> None:
    visitor = resident.visitor()
    visitor.get("/lost/ask")
    visitor.send("/lost/submit", WISH)
    receipt_no = resident.tasks()["unmatched"]
    real = visitor.get(f"/lost/received/{receipt_no}").text.replace(receipt_no, "N")
    forged = visitor.get(f"/lost/received/{receipt_no}/1690858800-0123").text
    assert forged.replace(receipt_no, "N") == real
    invented = visitor.get("/lost/received/CDFG-HJKL").text.replace("CDFG-HJKL", "N")
    assert real == invented
    assert visitor.get("/lost/received/nonsense").status_code == 404


def test_an_id_that_exists_and_one_that_does_not_get_the_same_answer(resident: Resident) -> None:
    known = resident.add(active=True).login_id
    answers = []
    for number, login_id in enumerate((known, "1234567890")):
        visitor = resident.visitor(f"198.51.100.{number + 1}")
        visitor.get("/lost/ask")
        asked = visitor.post(
            "/lost/submit", WISH | {"login_id": login_id, "form_key": f"enumeration-{number}"}
        )
        place = re.sub(r"[A-Z0-9]{4}-[A-Z0-9]{4}/\d+-[0-9a-f]+$", "N", asked.headers["location"])
        answers.append((asked.status_code, place, asked.text))
    assert answers[0] == answers[1]


def send_until_taken(visitor: Visitor) -> httpx.Response:
    """Send the form again for as long as its page says to, which a busy machine may do."""
    answer = visitor.post("/lost/submit", WISH)
    for _time in range(4):
        if answer.status_code != 503:
            break
        assert answer.headers["retry-after"]
        answer = visitor.post("/lost/submit", WISH)
    return answer


def test_fifty_equal_posts_are_one_request_with_one_receipt(resident: Resident) -> None:
    visitor = resident.visitor()
    visitor.get("/lost/ask")
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: send_until_taken(visitor), range(50)))
    assert {answer.status_code for answer in answers} == {303}
    (place,) = {answer.headers["location"] for answer in answers}
    assert place.startswith(f"/lost/received/{resident.tasks()['unmatched']}/")


def test_a_fourth_request_of_the_day_waits_and_says_whom_to_call(resident: Resident) -> None:
    visitor = resident.visitor()
    visitor.get("/lost/ask")
    for number in range(3):
        assert (
            visitor.post("/lost/submit", WISH | {"form_key": f"form-{number}"}).headers.get(
                "location"
            )
            is not None
        )
    refused = visitor.post("/lost/submit", WISH | {"form_key": "form-3"})
    assert refused.status_code == 429
    assert "1日に3回まで" in refused.text
    assert int(refused.headers["retry-after"]) > 3600
    again = visitor.post("/lost/submit", WISH | {"form_key": "form-1"})
    assert again.status_code == 303, "a form that was taken keeps its receipt"
    assert resident.count(Task) == 3
    assert "203.0.113.7" not in resident_buckets(resident)
    resident.clock.advance(days=1, minutes=1)
    assert visitor.post("/lost/submit", WISH | {"form_key": "form-3"}).status_code == 303


def resident_buckets(resident: Resident) -> str:
    with resident.database.read() as session:
        return " ".join(session.scalars(select(ThrottleBucket.key)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"trouble": ""}, "お困りのことを、ひとつ選んでください。"),
        ({"trouble": "made-up"}, "お困りのことを、ひとつ選んでください。"),
        ({"name": "　"}, "名前を入力してください。"),
        ({"telephone": ""}, "電話番号を入力してください。"),
        ({"telephone": "1234"}, "電話番号は、0から始まる10けたか11けたの数字です。"),
    ],
)
def test_an_incomplete_request_is_refused_uncounted_and_kept(
    sqlite_resident: Resident, change: dict[str, str], message: str
) -> None:
    visitor = sqlite_resident.visitor()
    visitor.get("/lost/ask")
    refused = visitor.post("/lost/submit", WISH | change)
    assert refused.status_code == 422
    assert refused.text.count(message) == 2
    assert ("鶉野　﨑子" in refused.text) is ("name" not in change)
    assert sqlite_resident.count(Task) == 0
    assert sqlite_resident.count(ThrottleBucket) == 0


def test_who_must_keep_a_deadline_chooses_for_what(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor()
    page = visitor.get("/lost").text
    part = page[page.index('id="decline"') : page.index('id="other"')]
    assert 'href="/lost/ask"' in part
    assert " checked" not in visitor.get("/lost/ask").text


def test_after_the_call_center_closed_nobody_is_asked_to_wait_for_a_call(
    sqlite_resident: Resident,
) -> None:
    visitor = sqlite_resident.visitor()
    visitor.get("/lost/ask")
    sqlite_resident.clock.instant = datetime(2024, 1, 1, 3, tzinfo=UTC)
    assert "<form" not in visitor.get("/lost/ask").text
    assert visitor.post("/lost/submit", WISH).status_code == 409
    assert sqlite_resident.count(Task) == 0
