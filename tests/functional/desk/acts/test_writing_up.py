"""The call that writes itself: proposals from what was done, and the ten commonest calls.

Each of these is written up in two acts: the end of the conversation (F8) and one button.
"""

import re
from collections.abc import Callable, Mapping

import pytest

from portal.domain.contacts.calls.kinds import CallChannel, Result
from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.macros import WRITE_UPS, Macro, likeliest_first
from portal.domain.people.households.models import Household
from tests.functional.desk.acts.at_work import (
    SAID,
    SUBMIT,
    AtWork,
    ask_for_paper,
    ask_redelivery,
    ask_where_it_is,
    cannot_get_a_code,
    decline,
    lose_the_letter,
)
from tests.functional.desk.acts.support import Desk
from tests.support.people import (
    CANARY_BIRTH,
    CANARY_BUILDING,
    CANARY_CHILDREN,
    CANARY_NAME,
    CANARY_TOWN,
)
from tests.support.reading.shown_form import shown_form


@pytest.fixture
def at_work(sqlite_desk: Desk) -> AtWork:
    return AtWork(sqlite_desk)


# ---- the ten commonest calls ---------------------------------------------------------------------
KNOWN = "相手を確認した（世帯主）。"
TEN: Mapping[Macro, tuple[Callable[[AtWork], None], Macro | None, str]] = {
    Macro.WHERE_IS_IT: (
        ask_where_it_is,
        Macro.WHERE_IS_IT,
        f"{KNOWN}手紙がどこにあるかを伝えた。",
    ),
    Macro.ABSENT: (
        AtWork.begin,
        Macro.ABSENT,
        "不在票の番号で、郵便局に再配達を頼むように伝えた。",
    ),
    Macro.REDELIVERY: (ask_redelivery, None, f"{KNOWN}再配送を受け付けた。"),
    Macro.LOST_LETTER: (lose_the_letter, None, f"{KNOWN}新しい手紙の依頼を受け付けた。"),
    Macro.ONE_TIME_CODE: (
        cannot_get_a_code,
        Macro.ONE_TIME_CODE,
        f"{KNOWN}確認の番号が届かないときの方法を伝えた。",
    ),
    Macro.HOW_TO_USE: (AtWork.begin, Macro.HOW_TO_USE, "クーポンの使い方を伝えた。"),
    Macro.SHOPS: (AtWork.begin, Macro.SHOPS, "使える店の調べ方を伝えた。"),
    Macro.ELIGIBILITY: (AtWork.begin, Macro.ELIGIBILITY, "対象になるこどもの年齢を伝えた。"),
    Macro.ON_PAPER: (ask_for_paper, None, f"{KNOWN}紙の代替品の申し込みを受け付けた。"),
    Macro.DECLINE: (decline, None, f"{KNOWN}辞退届の用紙の依頼を受け付けた。"),
}


@pytest.mark.parametrize("asked", list(Macro))
def test_each_of_the_ten_commonest_calls_is_written_up_in_two_acts_and_nothing_is_typed(
    at_work: AtWork, asked: Macro
) -> None:
    play, macro, note = TEN[asked]
    play(at_work)
    at_work.f8()
    at_work.write_up(macro)
    call, words = at_work.last()
    assert at_work.pressed == ["F8", macro.value if macro else "button"]
    assert (call.category, call.subcategory) == WRITE_UPS[asked].topic
    assert (call.state, call.result) == ("ended", "done")
    assert words == {"text": note}


def test_there_are_ten_and_every_one_has_its_own_subject() -> None:
    assert len(Macro) == len({WRITE_UPS[one].topic for one in Macro}) == 10
    topic = WRITE_UPS[Macro.DECLINE].topic
    assert likeliest_first([topic])[0] is Macro.DECLINE
    assert sorted(likeliest_first([topic])) == sorted(Macro)


def test_a_common_call_ends_a_call_on_both_databases(desk: Desk) -> None:
    one = AtWork(desk)
    one.begin()
    one.f8()
    one.write_up(Macro.SHOPS)
    call, words = one.last()
    assert (call.category, call.subcategory, call.result) == ("coupon", "shops", "done")
    assert words == {"text": "使える店の調べ方を伝えた。"}


# ---- what is proposed ----------------------------------------------------------------------------
def test_of_a_call_in_which_nothing_was_done_nothing_is_proposed(at_work: AtWork) -> None:
    at_work.begin()
    form = at_work.f8()
    assert {name: form[name] for name in ("category", "result", "text", "next_contact")} == {
        "category": "",
        "result": "done",
        "text": "",
        "next_contact": "",
    }
    assert "complaint" not in form
    page = at_work.desk.visitor.post(SUBMIT, at_work.shown()).text
    assert "何についての問い合わせかを選んでください。" in page


def test_of_what_another_call_did_nothing_is_proposed(at_work: AtWork) -> None:
    ask_redelivery(at_work)
    at_work.f8()
    at_work.write_up()
    at_work.begin()
    assert at_work.f8()["text"] == ""


def test_a_refused_act_and_wrong_answers_are_not_told_as_done(at_work: AtWork) -> None:
    person = at_work.desk.post.household()
    at_work.begin()
    at_work.find(person)
    at_work.send(f"/desk/{person.household_id}/verify", **SAID | {"birth": "1970-01-01"})
    refused = at_work.desk.do(person, "redelivery", {"item": "letter"})
    assert refused.status_code == 403
    form = at_work.f8()
    assert form["text"] == "相手を確認できなかった。"
    assert form["category"] == "delivery/not_arrived"


def test_wrong_answers_and_then_right_ones_are_a_verified_caller(at_work: AtWork) -> None:
    person = at_work.desk.post.household()
    at_work.begin()
    at_work.find(person)
    at_work.send(f"/desk/{person.household_id}/verify", **SAID | {"birth": "1970-01-01"})
    at_work.send(f"/desk/{person.household_id}/verify", **SAID)
    assert at_work.f8()["text"] == KNOWN


def test_the_acts_of_a_call_are_told_in_their_order_and_the_last_is_its_subject(
    at_work: AtWork,
) -> None:
    ask_redelivery(at_work)
    person_id = at_work.desk.acts()[0].household_id
    path = f"/desk/{person_id}/new-letter/submit"
    at_work.send(path, told="yes")
    form = at_work.f8()
    assert form["text"] == f"{KNOWN}再配送を受け付けた。新しい手紙の依頼を受け付けた。"
    assert form["category"] == "signin/lost_letter"


def test_a_call_back_is_the_result_and_the_next_contact(at_work: AtWork) -> None:
    at_work.begin()
    at_work.send("/call-backs/new/submit", telephone="03-1234-5678", about="")
    form = at_work.f8()
    assert form["result"] == "call_back"
    assert form["text"] == "折り返しの電話を受け付けた。"
    assert re.fullmatch(
        r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}までに、こちらから電話する。", form["next_contact"]
    )
    at_work.write_up(Macro.SHOPS)
    call, words = at_work.last()
    assert (call.subcategory, call.result) == ("shops", "call_back"), "the call-back is not lost"
    assert words["text"] == "折り返しの電話を受け付けた。使える店の調べ方を伝えた。"
    assert words["next_contact"] == form["next_contact"]
    assert "call_back" not in words, "nobody typed the number again"


@pytest.mark.parametrize(
    ("kind", "topic", "told", "complaint"),
    [
        ("eligibility", "other/passed_to_ward", "区に引き継いだ（対象の判断）。", False),
        ("complaint", "opinion/complaint", "区に引き継いだ（苦情）。", True),
        ("protection", "other/passed_to_ward", "区に引き継いだ。", False),
        ("change_of_recipient", "other/passed_to_ward", "区に引き継いだ。", False),
    ],
)
def test_a_question_to_the_ward_is_told_and_what_only_the_ward_may_read_is_not(
    at_work: AtWork, kind: str, topic: str, told: str, complaint: bool
) -> None:
    at_work.begin()
    at_work.send("/escalations/new/submit", kind=kind, text="区に聞きたいことがある。", about="")
    form = at_work.f8()
    assert (form["category"], form["result"], form["text"]) == (topic, "passed", told)
    assert re.fullmatch(
        r"区の回答（期限 \d{4}-\d{2}-\d{2}）を、本人に伝える。", form["next_contact"]
    )
    assert ("complaint" in form) is complaint
    at_work.write_up()
    call, _words = at_work.last()
    assert (call.result, call.complaint) == (Result.PASSED, complaint)


def test_the_language_of_a_call_is_told(at_work: AtWork) -> None:
    at_work.send("/calls/start", language="ko")
    assert at_work.f8()["text"] == "韓国語で応対した。"


def test_a_proposal_holds_nobodys_data(at_work: AtWork) -> None:
    ask_for_paper(at_work)
    at_work.send("/call-backs/new/submit", telephone="03-1234-5678", about="1")
    form = at_work.f8()
    told = form["text"] + form["next_contact"]
    assert "紙の代替品" in told
    for secret in (
        *CANARY_NAME.split(),
        *(part for child in CANARY_CHILDREN for part in str(child[0]).split()),
        CANARY_TOWN,
        CANARY_BUILDING,
        CANARY_BIRTH.isoformat(),
        "1390001",
        "1234",
        at_work.desk.acts()[0].receipt_no,
    ):
        assert secret not in told


# ---- protected families --------------------------------------------------------------------------
def test_of_a_family_that_came_under_protection_nothing_is_proposed_any_more(
    at_work: AtWork,
) -> None:
    at_work.begin()
    nothing = at_work.shown()
    at_work.f8()
    at_work.write_up(Macro.SHOPS)

    ask_for_paper(at_work)
    household_id = at_work.desk.acts()[0].household_id
    at_work.send(f"/desk/{household_id}/call-back")
    with at_work.desk.staff.database.write() as session:
        session.get_one(Household, household_id).protected = True
    form = at_work.f8()
    names = ("category", "result", "text", "next_contact", "shown_topic", "shown_text")
    assert {name: form[name] for name in names} == {name: nothing[name] for name in names}
    page = at_work.desk.visitor.get("/calls/finish").text
    assert "この受付でしたことから" not in page
    at_work.write_up(Macro.SHOPS)
    assert at_work.last()[1] == {"text": "使える店の調べ方を伝えた。"}


# ---- the agent's own word ------------------------------------------------------------------------
def test_what_the_agent_changed_wins_over_every_proposal(at_work: AtWork) -> None:
    ask_redelivery(at_work)
    at_work.f8()
    own = {
        "category": "delivery/absent",
        "result": "pending",
        "text": "自分で書いた。",
        "next_contact": "",
    }
    at_work.write_up(None, **own)
    call, words = at_work.last()
    assert (call.category, call.subcategory, call.result) == ("delivery", "absent", "pending")
    assert words == {"text": "自分で書いた。"}


@pytest.mark.parametrize(
    ("changed", "topic", "text"),
    [
        ({"category": "delivery/absent"}, "absent", f"{KNOWN}使える店の調べ方を伝えた。"),
        ({"text": "店の名前を聞かれた。"}, "shops", "店の名前を聞かれた。"),
        ({"text": ""}, "shops", ""),
        ({"text": f"{KNOWN}\r\n"}, "shops", f"{KNOWN}使える店の調べ方を伝えた。"),
    ],
    ids=["subject", "note", "emptied note", "only the end of a line"],
)
def test_a_common_call_takes_the_place_of_proposals_alone(
    at_work: AtWork, changed: dict[str, str], topic: str, text: str
) -> None:
    ask_where_it_is(at_work)
    at_work.f8()
    at_work.write_up(Macro.SHOPS, **changed)
    call, words = at_work.last()
    assert call.subcategory == topic
    assert words.get("text", "") == text


def test_an_unknown_common_call_changes_nothing(at_work: AtWork) -> None:
    ask_where_it_is(at_work)
    form = at_work.f8()
    answer = at_work.desk.visitor.post(SUBMIT, form | {"macro": "everything"})
    assert answer.status_code == 303
    call, words = at_work.last()
    assert (call.subcategory, words["text"]) == ("not_arrived", KNOWN)


def test_two_presses_at_once_write_a_call_up_once(at_work: AtWork) -> None:
    at_work.begin()
    form = at_work.f8()
    for macro in (Macro.SHOPS, Macro.DECLINE):
        at_work.desk.visitor.post(SUBMIT, form | {"macro": macro.value})
    assert at_work.last()[0].subcategory == "shops"
    assert len(at_work.desk.staff.events("call.finished")) == 1


# ---- the next contact ----------------------------------------------------------------------------
def test_the_next_contact_is_kept_with_the_call_and_can_be_put_right(at_work: AtWork) -> None:
    at_work.begin()
    at_work.f8()
    at_work.write_up(Macro.SHOPS, next_contact="あす、電話をくれる。")
    call, words = at_work.last()
    assert words["next_contact"] == "あす、電話をくれる。"
    page = at_work.desk.visitor.get(f"/calls/{call.id}").text
    assert "次の連絡" in page
    assert "あす、電話をくれる。" in page
    form = shown_form(
        at_work.desk.visitor.get(f"/calls/{call.id}/correct").text,
        f"/calls/{call.id}/correct/submit",
    )
    assert form["next_contact"] == "あす、電話をくれる。"
    at_work.desk.visitor.send(f"/calls/{call.id}/correct/submit", form | {"next_contact": ""})
    assert "next_contact" not in at_work.last()[1]


@pytest.mark.parametrize("typed", ["あ" * 201, "マイナンバーは 123456789018 です"])
def test_a_next_contact_that_is_too_long_or_holds_a_secret_is_refused(
    at_work: AtWork, typed: str
) -> None:
    at_work.begin()
    at_work.f8()
    form = at_work.shown() | {"macro": Macro.SHOPS.value, "next_contact": typed}
    answer = at_work.desk.visitor.post(SUBMIT, form)
    assert answer.status_code == 422
    assert 'id="next_contact-error"' in answer.text
    assert at_work.last()[0].state == "after_call"


def test_a_fax_is_written_up_by_the_same_rules(at_work: AtWork) -> None:
    person = at_work.desk.post.household(active=True)
    call_id = at_work.desk.in_call(person, Level.ACT, channel=CallChannel.FAX)
    assert at_work.desk.do(person, "decline-form").status_code == 200
    form = at_work.shown()
    assert form["category"] == "decline/how_to_decline"
    assert form["text"] == "辞退届の用紙の依頼を受け付けた。", "nobody said who the sender is"
    assert form["call_id"] == str(call_id)
