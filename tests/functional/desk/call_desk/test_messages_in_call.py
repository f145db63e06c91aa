"""The agent who is asked "no code came" sees how far the messages came, and nothing of them."""

from datetime import timedelta

import pytest

from portal.domain.people.notices import services
from portal.domain.people.notices.messages import Message
from portal.domain.people.notices.results import DeliveryResult, Outcome, note_result
from portal.domain.people.notices.services import Outgoing, enqueue
from tests.functional.desk.call_desk.support import Agent, agent, main_of
from tests.support.people import CANARY_NAME, Person
from tests.support.staff import StaffSite
from tests.support.work import work_in

BODY = "サインイン番号987654 職員は聞きません"


def send(
    staff: StaffSite, person: Person, result: DeliveryResult | None = None, kind: str = "sms"
) -> None:
    """Put a code into the outbox, hand it over, and have it reported."""
    address = "+819012345678" if kind == "sms" else "hanako@example.jp"
    out = Outgoing(
        kind=kind,
        purpose="code.sign_in",
        address=address,
        message=Message(None, BODY),
        dedupe_key=f"code:{kind}:{person.household_id}",
        household_id=person.household_id,
        expires_at=staff.now + timedelta(minutes=10),
    )
    with staff.database.write() as session:
        work = work_in(session, now=staff.now)
        row = enqueue(work, out)
        claims = services.claim_due(work, services.Share(50, kind))
        services.mark_sent(work, next(claim for claim in claims if claim.id == row.id))
        if result is not None:
            named = DeliveryResult(row.reference or "", result.outcome, result.reason)
            note_result(work, kind, named)


def verified(staff: StaffSite, person: Person, **options: str) -> Agent:
    one = agent(staff).begin(**options)
    said = {
        "relation": "householder",
        "name": CANARY_NAME,
        "birth": "1983-11-27",
        "postal": "139-0001",
    }
    assert one.verify(person.household_id, **said) == 303
    return one


@pytest.mark.parametrize(
    ("result", "state", "says"),
    [
        (None, "送る会社に渡しました", "迷惑メッセージの設定で"),
        (DeliveryResult("", Outcome.DELIVERED), "届きました", "知らない番号からのメッセージ"),
        (
            DeliveryResult("", Outcome.FAILED, "twilio_30003"),
            "電源が切れているか、圏外です（30003）",
            "ほかの受け取り方を、ご案内します",
        ),
        (
            DeliveryResult("", Outcome.FAILED, "carrier_77"),
            "届けられませんでした（77）",
            "ほかの受け取り方を、ご案内します",
        ),
    ],
)
def test_the_agent_reads_how_far_a_code_came_and_what_to_say(
    staff: StaffSite, result: DeliveryResult | None, state: str, says: str
) -> None:
    person = staff.add_household()
    send(staff, person, result)
    page = main_of(verified(staff, person).page(person.household_id))
    assert "確認の番号" in page
    assert state in page
    assert says in page
    assert "***-****-*678" in page
    assert "12:00" in page, "noon in Japan"


def test_neither_code_nor_text_nor_address_is_on_the_page(staff: StaffSite) -> None:
    person = staff.add_household()
    send(staff, person)
    send(staff, person, DeliveryResult("", Outcome.FAILED, "dsn_5.1.1"), kind="email")
    page = verified(staff, person).page(person.household_id)
    for secret in ("987654", BODY, "9012345", "hanako@", "12345678"):
        assert secret not in page
    assert "h***@example.jp" in page
    assert "あて先がありません（5.1.1）" in page


def test_before_the_verification_nobody_learns_that_there_are_messages(staff: StaffSite) -> None:
    person = staff.add_household()
    send(staff, person)
    page = agent(staff).begin().page(person.household_id)
    assert "番号やお知らせが届かないとき" not in page
    assert "***-****" not in page


def test_a_protected_household_stays_not_found(staff: StaffSite) -> None:
    person = staff.add_household(protected=True)
    send(staff, person)
    page = agent(staff).begin().page(person.household_id)
    assert "***-****" not in page
    assert "送る会社に渡しました" not in page


def test_what_to_say_comes_in_the_callers_language_with_japanese_beside(staff: StaffSite) -> None:
    person = staff.add_household()
    send(staff, person)
    page = verified(staff, person, language="ko").page(person.household_id)
    assert "통신사에 넘겼습니다" in page
    assert "電話会社に渡しました" in page


def test_a_household_without_messages_says_so(staff: StaffSite) -> None:
    person = staff.add_household()
    page = verified(staff, person).page(person.household_id)
    assert "この世帯には、まだSMSもメールも送っていません。" in page
