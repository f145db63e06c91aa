"""Scripts: agents read and search, supervisors edit with preview, history and restore."""

import re
from html import unescape

import pytest

from portal.domain.contacts.scripts.defaults import LANGUAGES, default_scripts
from portal.domain.contacts.scripts.models import ScriptVersion
from portal.domain.foundation.actors import Role
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

KEY = "answer.delivery.absent"
ADDRESS = f"/scripts/{KEY}"


def typed(visitor: Visitor, **changed: str) -> dict[str, str]:
    """The edit form as it came, with some fields changed."""
    text = visitor.open(f"{ADDRESS}/edit").text
    fields = dict(re.findall(r'name="(base|title|title_en|form_key)" value="([^"]*)"', text))
    fields |= dict(re.findall(r'<textarea id="(\w+)"[^>]*>([^<]*)</textarea>', text))
    return {name: unescape(value) for name, value in fields.items()} | changed


@pytest.mark.parametrize(
    ("role", "reads", "edits"),
    [
        (Role.AGENT, 200, 403),
        (Role.SUPERVISOR, 200, 200),
        (Role.OFFICER, 200, 200),
        (Role.WARD_OFFICER, 200, 403),
        (Role.AUDITOR, 200, 403),
        (Role.ADMINISTRATOR, 403, 403),
    ],
)
def test_agents_read_and_their_leads_edit(
    sqlite_staff: StaffSite, role: Role, reads: int, edits: int
) -> None:
    visitor = sqlite_staff.enter_as(role)
    for path in ("/scripts", "/scripts?q=不在", ADDRESS, f"{ADDRESS}/versions/0"):
        assert visitor.get(path).status_code == reads, path
    for path in ("/scripts/add", f"{ADDRESS}/edit"):
        assert visitor.get(path).status_code == edits, path
    assert ("直す" in visitor.get(ADDRESS).text) is (edits == 200)


def test_an_agent_sees_the_language_of_the_call_with_japanese_beside_it_and_what_is_never_said(
    sqlite_staff: StaffSite,
) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    korean = agent.open("/scripts/verification_others?speak=ko").text
    assert "다른 분에 대한 문의에는 답변드릴 수 없습니다." in korean
    assert "ほかの方についてのお問い合わせには、お答えできません。" in korean
    assert re.search(
        r'<div class="never">\s*<p[^>]*>\s*<span class="mark stop"><svg.*?</svg>言わない</span>',
        korean,
    )
    assert 'lang="ko"' in korean
    japanese = agent.open("/scripts/verification_others?speak=xx").text
    assert "다른 분" not in japanese
    assert "2023年12月28日" in agent.open("/scripts/answer.coupon.last_day").text


def test_the_easy_texts_show_the_readings_of_the_programs_names(sqlite_staff: StaffSite) -> None:
    text = sqlite_staff.enter_as(Role.AGENT).open("/scripts/answer.program.age?speak=easy").text
    assert "<ruby>" in text
    assert "{年|" not in text


def test_a_search_shows_the_texts_and_at_most_twenty(sqlite_staff: StaffSite) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    found = agent.open("/scripts?q=不在連絡票").text
    assert 'href="/scripts/answer.delivery.absent' in found
    assert "answer.coupon.shops" not in found
    many = agent.open("/scripts?q=。").text
    assert many.count('<section class="card"') == 20
    assert "20件まで" in many
    assert "見つかりません" in agent.open("/scripts?q=ありえない言葉").text


def test_a_preview_shows_the_text_as_agents_see_it_and_saves_nothing(
    sqlite_staff: StaffSite,
) -> None:
    lead = sqlite_staff.enter_as(Role.SUPERVISOR)
    form = typed(lead, text_ja="%(telephone)sです。\n× 住所を言う", text_ko="")
    shown = lead.post(f"{ADDRESS}/preview", form)
    assert shown.status_code == 200
    assert '<p class="say">0120-000-501です。</p>' in shown.text
    assert "<li>住所を言う</li>" in shown.text
    assert "この言語の文は、まだありません" in shown.text
    assert "%(telephone)sです。" in shown.text  # what was typed stays in its field
    assert sqlite_staff.count(ScriptVersion) == 0
    wrong = lead.post(f"{ADDRESS}/preview", form | {"text_en": "%(secret)s"})
    assert wrong.status_code == 422
    assert 'href="#text_en"' in wrong.text


def test_a_saved_text_is_what_agents_see_from_then_on(staff: StaffSite) -> None:
    lead = staff.enter_as(Role.SUPERVISOR)
    form = typed(lead, text_ja="郵便局の番号をお伝えします。")
    answers = [lead.post(f"{ADDRESS}/save", form) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303] * 3
    assert staff.count(ScriptVersion, key=KEY) == 1
    assert "郵便局の番号をお伝えします。" in staff.enter_as(Role.AGENT).open(ADDRESS).text
    [event] = staff.events("script.saved")
    assert event.detail == {"key": KEY, "number": 1, "of": None}


def test_the_second_of_two_editors_sees_both_texts_and_loses_nothing(
    sqlite_staff: StaffSite,
) -> None:
    first, second = sqlite_staff.enter_as(Role.SUPERVISOR), sqlite_staff.enter_as(Role.OFFICER)
    mine, theirs = typed(first, text_ja="先の人の文。"), typed(second, text_ja="あとの人の文。")
    assert first.post(f"{ADDRESS}/save", mine).status_code == 303
    told = second.post(f"{ADDRESS}/save", theirs)
    assert told.status_code == 409
    assert "先の人の文。" in told.text
    assert "あとの人の文。" in told.text
    assert "職員 supervisor1" in told.text
    assert 'name="base" value="1"' in told.text
    again = theirs | {"base": "1", "form_key": "again", "text_ja": "先の人の文。あとの人の文。"}
    assert second.post(f"{ADDRESS}/save", again).status_code == 303
    assert sqlite_staff.count(ScriptVersion, key=KEY) == 2


def test_an_earlier_version_is_restored_from_the_history(sqlite_staff: StaffSite) -> None:
    lead = sqlite_staff.enter_as(Role.SUPERVISOR)
    for text in ("甲の文。", "乙の文。"):
        lead.post(f"{ADDRESS}/save", typed(lead, text_ja=text))
    old = lead.open(f"{ADDRESS}/versions/1").text
    assert "甲の文。" in old
    assert "前の版です" in old
    answer = lead.send(f"{ADDRESS}/restore", {"number": "1", "base": "2", "form_key": "r"})
    assert "甲の文。" in answer.text
    assert "第1版に戻した" in answer.text
    late = lead.post(f"{ADDRESS}/restore", {"number": "2", "base": "2", "form_key": "late"})
    assert late.status_code == 409
    assert "ほかの人が新しい版を保存しました" in late.text
    assert lead.get(f"{ADDRESS}/versions/9").status_code == 404


def test_a_script_of_ones_own_is_added_once_and_hidden_again(sqlite_staff: StaffSite) -> None:
    lead, agent = sqlite_staff.enter_as(Role.SUPERVISOR), sqlite_staff.enter_as(Role.AGENT)
    lead.open("/scripts/add")
    form = {
        "part": "answer",
        "category": "coupon",
        "title": "新しい店",
        "text_ja": "ふえました。",
        "form_key": "a",
    }
    assert lead.post("/scripts/add/save", form | {"category": ""}).status_code == 422
    assert lead.post("/scripts/add/preview", form).status_code == 200
    assert [lead.post("/scripts/add/save", form).status_code for _ in range(2)] == [303, 303]
    assert sqlite_staff.count(ScriptVersion, title="新しい店") == 1
    address = re.findall(r'href="(/scripts/own-\w+)', agent.open("/scripts?q=ふえました").text)[0]
    hidden = {
        "base": "1",
        "title": "新しい店",
        "text_ja": "ふえました。",
        "hidden": "1",
        "form_key": "h",
    }
    assert lead.post(f"{address}/save", hidden).headers["location"] == "/scripts?said=hidden"
    assert "own-" not in agent.open("/scripts").text
    assert "own-" in lead.open("/scripts").text


def test_a_script_that_is_not_there_is_not_found(sqlite_staff: StaffSite) -> None:
    lead = sqlite_staff.enter_as(Role.SUPERVISOR)
    for path in (
        "/scripts/answer.nothing",
        "/scripts/answer.nothing/edit",
        f"{ADDRESS}/versions/7",
    ):
        assert lead.get(path).status_code == 404
    wrong = {"title": "題", "text_ja": "文", "base": "0"}
    assert lead.post("/scripts/answer.nothing/save", wrong).status_code == 404


def test_every_script_is_drawn_in_every_language(sqlite_staff: StaffSite) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    for key in list(default_scripts())[::9]:
        for code in LANGUAGES:
            assert agent.get(f"/scripts/{key}?speak={code}").status_code == 200


def test_beside_the_call_stands_what_to_say_in_its_language_and_an_edit_is_seen_at_once(
    sqlite_staff: StaffSite,
) -> None:
    agent, lead = sqlite_staff.enter_as(Role.AGENT), sqlite_staff.enter_as(Role.SUPERVISOR)
    agent.get("/calls")
    agent.post("/calls/start", {"language": "ko", "channel": "phone", "direction": "inbound"})
    beside = agent.open("/desk").text
    assert "전화 주셔서 감사합니다." in beside
    assert "お電話ありがとうございます。" in beside
    assert "전화 주셔서" not in agent.open("/desk?speak=ja").text
    lead.post(f"{ADDRESS}/save", typed(lead, text_ja="新しい案内です。"))
    assert "新しい案内です。" in agent.open("/desk").text
    found = agent.open("/desk?speak=en&script_q=post+office").text
    assert "The post office keeps it" in found
    assert "新しい案内です。" in found
    assert "見つかりません" in agent.open("/desk?script_q=ありえない言葉").text
