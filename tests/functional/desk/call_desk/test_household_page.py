"""The household's page for agents: answers in words to say, masks, and what no agent ever sees."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from portal.domain.desk.call_desk.answer_words import answers
from portal.domain.desk.call_desk.answers import look_up
from portal.domain.foundation.actors import Role
from portal.domain.people.authn import throttles
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.queries import open_code
from portal.domain.people.credentials.models import Credential
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household, MovedChild
from tests.functional.desk.call_desk.support import (
    Agent,
    agent,
    enroll_telephone,
    letter_of,
    main_of,
    posted,
    words,
)
from tests.support.canaries import CANARIES
from tests.support.people import CANARY_BUILDING, CANARY_NAME, CANARY_STREET, CANARY_TOWN, Person
from tests.support.requests.desk import Inbox
from tests.support.resident import NOON
from tests.support.staff import StaffSite
from tests.support.work import work_in


def said_of(staff: StaffSite, person: Person, locale: str = "ja") -> dict[str, str]:
    """What can be said, by question."""
    with staff.database.read() as session:
        household = session.get_one(Household, person.household_id)
        facts = look_up(work_in(session, now=staff.now, program=staff.site.program), household)
        return {
            str(one.question): one.spoken or one.japanese
            for one in answers(facts, locale, staff.now)
        }


def verified(staff: StaffSite, person: Person, *, fully: bool = False) -> Agent:
    """An agent with a caller who is verified."""
    one = agent(staff).begin()
    said = {
        "relation": "householder",
        "name": CANARY_NAME,
        "birth": "1983-11-27",
        "postal": "139-0001",
    }
    if fully:
        said["number"] = person.login_id
    assert one.verify(person.household_id, **said) == 303
    return one


# ---- what is said ---------------------------------------------------------------------------
def test_a_letter_that_nobody_reported_about_is_unconfirmed_never_guessed(staff: StaffSite) -> None:
    person = staff.add_household()
    assert said_of(staff, person)["letter"] == "手紙は、まだ用意していません。"
    number = letter_of(staff, person)
    assert said_of(staff, person)["letter"] == "手紙を用意しました。まもなく送ります。"
    posted(staff, person, number)
    assert "いまどこにあるかは、未確認です" in said_of(staff, person)["letter"]


@pytest.mark.parametrize(
    ("state", "facts", "says"),
    [
        ("posted", {}, "未確認です"),
        (
            "at_post_office",
            {"kept_until": date(2023, 8, 8)},
            "郵便局が、2023年8月8日まで預かっています",
        ),
        ("delivered", {"delivered_on": date(2023, 8, 1)}, "届きました"),
        (
            "returned",
            {"returned_on": date(2023, 8, 1), "returned_reason": "storage_ended"},
            "預かる期間が過ぎました",
        ),
        (
            "returned",
            {"returned_on": date(2023, 8, 1), "returned_reason": "address_unknown"},
            "住所が見つかりません",
        ),
        ("lost", {}, "探しています"),
    ],
)
def test_where_the_letter_is_follows_what_the_post_reported(
    staff: StaffSite, state: str, facts: dict[str, object], says: str
) -> None:
    person = staff.add_household()
    posted(staff, person, letter_of(staff, person), state, **facts)
    found = said_of(staff, person)
    assert says in found["letter"]
    assert "に送りました。" in found["letter"]


def test_redeliveries_requests_sign_in_coupons_and_the_last_day_are_said(staff: StaffSite) -> None:
    person = staff.add_household()
    posted(
        staff,
        person,
        letter_of(staff, person),
        "returned",
        returned_reason="storage_ended",
        returned_on=NOON.date(),
    )
    before = said_of(staff, person)
    assert "あと2回できます" in before["redelivery"]
    assert before["requests"] == "受け付けている申請は、ありません。"
    assert before["sign_in"] == "まだ一度も、サインインしていません。"
    assert before["locked"] == "止まっていません。"
    assert before["coupon"] == "クーポンは、まだ用意していません。"
    assert "までです" in before["last_day"]
    staff.give_coupons()
    Inbox(staff.database, staff.site.program, staff.now).decline(person)
    with staff.database.write() as session:
        first = session.scalars(
            select(Coupon).where(Coupon.entitlement_id.is_not(None)).order_by(Coupon.id)
        ).first()
        assert first is not None
        first.revealed_at = staff.now
        session.execute(update(Credential).values(state="active", activated_at=staff.now))
    after = said_of(staff, person)
    assert "「辞退」の申請：担当者が確かめています。" in after["requests"]
    assert "はじめてのサインインが終わっています" in after["sign_in"]
    assert after["coupon"] == "クーポン2人分のうち、1人分を表示しました。"
    staff.clock.instant += timedelta(days=400)
    assert "終わりました" in said_of(staff, person)["last_day"]
    assert "終わりました" in said_of(staff, person)["redelivery"]


def test_what_keeps_somebody_out_is_said_with_its_time(staff: StaffSite) -> None:
    person = staff.add_household()
    enroll_telephone(staff, person)
    with staff.database.write() as session:
        session.execute(
            update(OtpAuthenticator).values(locked_until=staff.now + timedelta(minutes=30))
        )
        digest = session.get_one(Credential, person.credential_id).login_digest.hex()
        for _ in range(6):
            throttles.count_try(session, throttles.UNKNOWN_DEVICE.of(digest), staff.now)
    locked = said_of(staff, person)["locked"]
    assert "確認の番号を続けて間違えたため" in locked
    assert "パスワードを続けて間違えたため" in locked
    for state, says in (("locked", "生年月日を5回"), ("suspended", "新しい手紙が届くと")):
        with staff.database.write() as session:
            session.execute(update(Credential).values(state=state))
        assert says in said_of(staff, person)["locked"]


def test_a_child_that_another_recipient_gets_is_only_under_confirmation(staff: StaffSite) -> None:
    person = staff.add_household()
    staff.give_coupons()
    with staff.database.write() as session:
        session.execute(update(Entitlement).values(claimed_by="recipient_change", claim_id=1))
    assert "いま確認しています" in said_of(staff, person)["coupon"]
    with staff.database.write() as session:
        session.execute(update(Entitlement).values(claimed_by=None, claim_id=None))
        session.add(MovedChild(household_id=person.household_id, ordinal=9, sealed=b"x"))
    assert "いま確認しています" in said_of(staff, person)["coupon"]


# ---- what is seen ---------------------------------------------------------------------------
def test_nothing_of_the_household_stands_on_the_page_before_the_caller_is_verified(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    letter_of(staff, person)
    page = agent(staff).begin().page(person.household_id)
    assert "世帯のことは、まだ何も伝えられません" in page
    for text in ("手紙は、", "再配送は、", "鶉", "こども2", "表示</button>", "伏せている項目"):
        assert text not in words(main_of(page).split('class="desk-scripts"')[0])


def test_the_status_is_said_in_both_languages_and_acts_are_offered(staff: StaffSite) -> None:
    person = staff.add_household()
    letter_of(staff, person)
    one = agent(staff).begin(language="ko")
    one.verify(person.household_id)
    page = main_of(one.page(person.household_id))
    assert page.count('class="say" lang="ko"') == 7
    assert page.count('class="small japanese"') == 7
    assert "代わりにする手続き" in page


def test_a_look_behind_a_mask_asks_a_reason_is_logged_and_ends_after_five_minutes(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    one = verified(staff, person)
    assert CANARY_NAME not in one.page(person.household_id)
    address = f"/desk/{person.household_id}/reveal"
    assert one.visitor.post(address, {"part": "name", "form_key": one.key()}).status_code == 422
    answer = one.visitor.send(address, {"part": "name", "reason": "inquiry", "form_key": one.key()})
    assert CANARY_NAME in answer.text
    (event,) = staff.events("household.unmasked")
    assert event.detail == {"part": "name", "reason": "inquiry"}
    staff.clock.advance(minutes=6)
    assert CANARY_NAME not in one.page(person.household_id)


@pytest.mark.parametrize("part", ["birth", "login_id", "postal", "", "children", "address"])
@pytest.mark.asvs("8.2.3")
def test_what_the_level_does_not_allow_is_not_shown(staff: StaffSite, part: str) -> None:
    person = staff.add_household()
    one = verified(staff, person)
    form = {"part": part, "reason": "inquiry", "form_key": one.key()}
    assert one.visitor.post(f"/desk/{person.household_id}/reveal", form).status_code == 403
    assert staff.events("household.unmasked") == []


def test_with_the_letter_children_and_town_may_be_seen_and_never_more_of_the_address(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    one = verified(staff, person, fully=True)
    page = ""
    for part in ("children", "address", "name"):
        page = one.visitor.send(
            f"/desk/{person.household_id}/reveal",
            {"part": part, "reason": "request", "form_key": one.key()},
        ).text
    assert "鶉野　翡翠" in page
    assert CANARY_TOWN in page
    for never in (
        CANARY_STREET,
        CANARY_BUILDING,
        "1390001",
        "139-0001",
        "1983-11-27",
        "2013-05-01",
        person.login_id,
    ):
        assert never not in page
    for part in ("birth", "login_id"):
        form = {"part": part, "reason": "request", "form_key": one.key()}
        assert one.visitor.post(f"/desk/{person.household_id}/reveal", form).status_code == 403


def test_a_mask_lifted_in_one_call_is_down_again_in_the_next(staff: StaffSite) -> None:
    person = staff.add_household()
    one = verified(staff, person)
    form = {"part": "name", "reason": "inquiry", "form_key": one.key()}
    assert CANARY_NAME in one.visitor.send(f"/desk/{person.household_id}/reveal", form).text
    one.end()
    one.begin()
    one.verify(person.household_id)
    assert CANARY_NAME not in one.page(person.household_id)


def test_more_than_sixty_looks_an_hour_are_noted(sqlite_staff: StaffSite) -> None:
    person = sqlite_staff.add_household()
    one = verified(sqlite_staff, person)
    for _ in range(61):
        form = {"part": "name", "reason": "check", "form_key": one.key()}
        assert one.visitor.post(f"/desk/{person.household_id}/reveal", form).status_code == 303
    assert [event.detail["what"] for event in sqlite_staff.events("staff.unusual_browsing")] == [
        "unmask"
    ]


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_no_page_of_an_agent_holds_a_secret_an_address_or_a_protection(
    staff: StaffSite, role: Role
) -> None:
    """Every page that an agent reaches in a call at the highest level, with all revealed."""
    person = staff.add_household()
    number = letter_of(staff, person)
    posted(staff, person, number)
    enroll_telephone(staff, person)
    staff.give_coupons()
    one = agent(staff, role).begin()
    assert (
        one.verify(
            person.household_id,
            relation="householder",
            number=number,
            name=CANARY_NAME,
            birth="1983-11-27",
        )
        == 303
    )
    for part in ("children", "address", "name"):
        form = {"part": part, "reason": "request", "form_key": one.key()}
        one.visitor.send(f"/desk/{person.household_id}/reveal", form)
    pages = [
        one.page(person.household_id),
        one.search(name="鶉野"),
        one.visitor.open("/calls").text,
    ]
    pages += [
        one.visitor.open(f"/desk/{person.household_id}/{act}").text
        for act in (
            "redelivery",
            "new-letter",
            "unlock",
            "lost",
            "alternative",
            "decline-form",
            "channel",
        )
    ]
    secrets = [
        person.password,
        person.password[:4] + " ",
        person.login_id,
        CANARY_STREET,
        CANARY_BUILDING,
        "カナリヤ荘",
        "09012345678",
        "090-1234-5678",
        "+819012345678",
        "支援措置",
        "1983-11-27",
    ]
    with staff.database.read() as session:
        for coupon in session.scalars(select(Coupon).where(Coupon.entitlement_id.is_not(None))):
            code = open_code(work_in(session), coupon)
            secrets += [value for value in vars_of(code) if len(value) > 5]
    for page in pages:
        # the scripts beside the record say in general what must never be said
        text = main_of(page).split('class="desk-scripts"')[0]
        assert [secret for secret in secrets if secret in text] == []


def vars_of(code: object) -> list[str]:
    """The texts of a coupon's code."""
    return [value for name in code.__slots__ if isinstance(value := getattr(code, name), str)]  # type: ignore[attr-defined]


@pytest.mark.asvs("16.2.5")
def test_neither_the_log_nor_an_address_names_anybody(staff: StaffSite) -> None:
    person = staff.add_household()
    one = verified(staff, person, fully=True)
    one.search(name="鶉野")
    for action in ("call.verified", "household.opened", "household.searched", "household.unmasked"):
        for event in staff.events(action):
            assert not [
                canary for canary in (*CANARIES, person.login_id) if canary in str(event.detail)
            ]
    assert not [url for url in one.visitor.visited if "%" in url]


def test_a_household_off_the_roster_is_passed_to_the_ward(staff: StaffSite) -> None:
    person = staff.add_household()
    with staff.database.write() as session:
        session.execute(update(Household).values(state="removed"))
    assert "区に引き継いでください" in verified(staff, person).page(person.household_id)


def test_the_form_holds_what_the_caller_said_for_the_search(staff: StaffSite) -> None:
    person = staff.add_household()
    number = letter_of(staff, person)
    posted(staff, person, number)
    one = agent(staff).begin()
    assert f'name="number" value="{number.lower()}"' in one.search(number=number.lower())
    page = one.search(number="131-12-38385-2")
    assert 'name="number" value=""' in page
    one.search(name="鶉野", postal="139-0001", birth="1983-11-27")
    page = one.page(person.household_id)
    assert 'name="postal" value="139-0001"' in page
    assert "1983-" not in page
    assert "1983年" not in page
