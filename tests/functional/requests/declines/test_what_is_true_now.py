"""Pages and documents of a decline say what is so at that moment.

Codes, second tabs, days, and what is possible.
"""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from portal.domain.foundation.actors import Organization, Role
from portal.domain.people.authn.codes import add_authenticator
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.requests.declines.wishes import phone_wish
from portal.domain.requests.requests.models import Request
from tests.functional.requests.declines.support import TOO_LATE, add_reviewer
from tests.functional.requests.declines.test_journey import decline, to_code
from tests.support.people import CANARY_CHILDREN, Person
from tests.support.reading import pdf
from tests.support.resident import NOON, Resident
from tests.support.work import work_in

FIRST, SECOND = (name for name, *_rest in CANARY_CHILDREN[:2])


@pytest.fixture
def site(sqlite_resident: Resident) -> Resident:
    return sqlite_resident


@pytest.fixture
def person(site: Resident) -> Person:
    found = site.add(active=True)
    site.give_coupons()
    return found


def only_sms(site: Resident, person: Person) -> None:
    """The household gets its codes by SMS and by nothing else."""
    with site.database.write() as session:
        row = add_authenticator(
            work_in(session, now=NOON), person.credential_id, "sms", "+819012345678"
        )
        row.state, row.confirmed_at = "confirmed", NOON
        session.execute(delete(OtpAuthenticator).where(OtpAuthenticator.kind == "totp"))


def document(site: Resident, person: Person, number: str, language: str = "ja") -> str:
    visitor = site.enter(person)
    visitor.http.cookies.set("lang", language, domain="127.0.0.1")
    answer = visitor.get(f"/requests/{number}/receipt.pdf")
    assert answer.status_code == 200
    return "".join(pdf.text(answer.content)).replace("\n", "")


def test_a_code_says_until_when_it_works_and_from_when_another_can_be_sent(
    site: Resident, person: Person
) -> None:
    only_sms(site, person)
    visitor = site.enter(person)
    to_code(visitor)
    page = visitor.open("/decline/code").text
    assert "6けたの番号を送りました" in page
    assert "午後0時10分まで使えます" in page
    again = visitor.send("/decline/code/send").text  # within the minute
    assert "新しい番号は、午後0時1分から送れます。さきに送った番号が、まだ使えます。" in again


def test_where_no_code_could_be_sent_nobody_reads_that_one_was_and_the_time_is_told(
    site: Resident, person: Person
) -> None:
    only_sms(site, person)
    visitor = site.enter(person)
    to_code(visitor)
    for _more in range(4):
        site.clock.advance(seconds=61)
        visitor.send("/decline/code/send")
    with site.database.write() as session:
        session.execute(delete(OutboxMessage))
    site.clock.advance(minutes=11)
    visitor.send("/decline/check/submit")
    for page in (visitor.page.text if visitor.page else "", visitor.open("/decline/code").text):
        assert "送りました" not in page
        assert "いま使える番号がありません。新しい番号は、午後1時から送れます。" in page
        assert 'name="code"' in page, "a code page always has its field"
        assert "/lost/ask?about=decline" in page
    assert site.count(OutboxMessage) == 0
    site.clock.instant = NOON + timedelta(hours=1, seconds=1)
    visitor = site.enter(person)
    to_code(visitor)
    assert "6けたの番号を送りました" in visitor.open("/decline/code").text


def test_a_second_tab_that_takes_it_back_reads_that_it_is_done(
    site: Resident, person: Person
) -> None:
    visitor = site.enter(person)
    number = decline(site, person, visitor)
    visitor.send(f"/decline/withdraw/{number}/submit", {"form_key": "first"})
    for moment in (site.now, TOO_LATE):
        site.clock.instant = moment
        second = site.enter(person)
        page = second.send(f"/decline/withdraw/{number}/submit", {"form_key": f"tab-{moment}"})
        assert second.place == f"/decline/received/{number}"
        assert "辞退を取り下げました" in page.text


def test_the_document_says_what_became_of_the_decline(site: Resident, person: Person) -> None:
    visitor = site.enter(person)
    number = decline(site, person, visitor, who="all", reason="moving", text="一行目\r\n二行目")
    said = document(site, person, number)
    for words in (
        "担当者が確かめています（2023年8月1日）",
        "ごろまでに確かめます",
        "サインインして、ごらんください",
    ):
        assert words in said
    assert "取り下げは、2023年9月29日まで" in said
    assert "一行目" in said
    assert "二行目" in said
    assert "〓" not in said
    site.clock.advance(days=2)
    site.enter(person).send(f"/decline/withdraw/{number}/submit", {"form_key": "b"})
    said = document(site, person, number)
    assert "この申請は、2023年8月3日に取り下げました" in said
    for words in ("確かめています", "ごろまでに", "取り下げは、"):
        assert words not in said
    for language in ("easy", "en", "zh-Hans", "zh-Hant", "ko"):
        assert number in document(site, person, number, language)


def test_the_receipt_says_until_when_it_is_checked_and_what_was_written(
    site: Resident, person: Person
) -> None:
    visitor = site.enter(person)
    number = decline(site, person, visitor, who="all", reason="moving", text="ありがとう <b>")
    page = visitor.open(f"/decline/received/{number}").text
    for words in (
        "担当者が、2023年8月",
        "ごろまでに確かめます",
        "結果が出たら、お知らせします",
        "ありがとう &lt;b&gt;",
        "区の外へ引っ越す",
    ):
        assert words in page


def test_a_message_of_the_allowed_length_may_have_lines(site: Resident, person: Person) -> None:
    visitor = site.enter(person)
    assert "500文字まで" in visitor.open("/decline/choose").text
    text = "あ" * 498 + "\r\nい"
    assert visitor.post("/decline/choose/submit", {"who": "all", "text": text}).status_code == 303
    visitor.open("/decline/choose")
    refused = visitor.post("/decline/choose/submit", {"who": "all", "text": text + "う"})
    assert refused.status_code == 422
    assert "「伝えたいこと」は、500文字まで" in refused.text


def test_who_declined_already_reads_so_with_the_way_to_the_receipt(
    site: Resident, person: Person
) -> None:
    visitor = site.enter(person)
    number = decline(site, person, visitor, child_1="1")
    for address in ("/decline", "/decline/check"):
        page = visitor.open(address).text
        assert visitor.place == "/decline"
        assert "辞退を受け付けました" in page
        assert f'href="/decline/received/{number}"' in page
        assert FIRST in page
        assert 'href="/decline/choose"' in page
    site.clock.advance(seconds=60)
    to_code(visitor, child_2="1")
    visitor.send("/decline/code/submit", {"code": person.totp(site.now), "form_key": "second"})
    page = visitor.open("/decline/choose").text
    assert visitor.place == "/decline"
    assert "いま辞退できるクーポンはありません" in page
    assert page.count("辞退の手続き中です") == 2
    assert SECOND in page


def test_the_list_names_children_and_the_request_offers_what_is_possible(
    site: Resident, person: Person
) -> None:
    visitor = site.enter(person)
    number = decline(site, person, visitor, child_2="1")
    listed = visitor.open("/requests").text
    assert SECOND in listed
    assert FIRST not in listed
    page = visitor.open(f"/requests/{number}").text
    assert SECOND in page
    assert f'href="/decline/withdraw/{number}"' in page
    assert "もう一度送る" not in page
    assert "辞退届（PDF）" in page
    visitor.send(f"/decline/withdraw/{number}/submit", {"form_key": "b"})
    page = visitor.open(f"/requests/{number}").text
    assert "/decline/withdraw/" not in page
    assert "手続きへ" not in page
    assert "辞退届（PDF）" not in page, "what was taken back is no decline to keep"


def test_a_wish_on_the_telephone_has_a_receipt_and_no_declaration(
    site: Resident, person: Person
) -> None:
    with site.database.write() as session:
        officer = add_reviewer(session, "officer", Organization.CONTRACTOR, Role.OFFICER)
        phone_wish(
            work_in(session, officer, site.now, program=site.site.program),
            person.household_id,
            "portal",
        )
    with site.database.read() as session:
        number = session.scalars(select(Request.receipt_no)).one()
    page = site.enter(person).open(f"/requests/{number}").text
    assert "受付票（PDF）" in page
    assert "辞退の手続きへ進む" in page
    said = document(site, person, number)
    assert "受付票" in said
    assert "辞退届" not in said


def test_a_decline_on_paper_gets_a_receipt_and_not_the_declaration_of_a_signed_in_person(
    site: Resident, person: Person
) -> None:
    number = decline(site, person, site.enter(person))
    with site.database.write() as session:
        session.execute(update(Request).values(channel="post"))
    page = site.enter(person).open(f"/decline/received/{number}").text
    assert "受付票（PDF）" in page
    said = document(site, person, number)
    assert FIRST in said
    assert "確認の番号" not in said
