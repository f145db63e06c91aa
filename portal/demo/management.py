"""The work with the ward: approved texts, minutes, questions and answers, milestones."""

from datetime import timedelta

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.work import Work
from portal.domain.letters.documents import services as documents
from portal.domain.letters.documents.kinds import DocumentKind
from portal.domain.oversight.management import agreements, asking, milestones, minutes
from portal.domain.oversight.management.agreements import SUBJECTS, AgreedKey
from portal.domain.oversight.reports import ward_documents
from portal.platform.site import Site

FIRST = {
    "subject": "第1回 定例の打合せ",
    "place": "区役所5階 会議室",
    "attendees": "みなも区 こども家庭支援課長\n事務局 責任者",
    "decisions": "手紙の文は、登録した第1版を使う。\n発送は、町ごとに日を分ける。",
    "open_items": "年末の最後の差し出し日（区が次回までに回答）",
}
SECOND = FIRST | {
    "subject": "第2回 定例の打合せ",
    "decisions": "辞退届は、窓口にも置く。",
    "open_items": "",
}
DONE = ("contract", "roster", "publicity", "call_center", "decline", "delivery", "sign_in")
BEGUN = ("decline_end", "exchange_end")


def add_management(site: Site, officer: Actor, ward: Actor) -> None:
    """Record what the officer and the ward would have done by now."""
    with site.database.write() as session:
        now = site.clock.now(session)
        by_officer, by_ward = site.work(session, officer, now), site.work(session, ward, now)
        _add_documents(by_officer, by_ward, site.settings.public_url)
        _add_minutes(by_officer, by_ward)
        _add_questions(by_officer, by_ward)
        for key in (*DONE, *BEGUN):
            milestones.move(by_officer, key, "finish" if key in DONE else "begin")
        noted = {"owner": "配送の責任者", "evidence": "議事録 第1回", "note": ""}
        milestones.write(by_officer, "delivery", noted)


def _add_documents(by_officer: Work, by_ward: Work, url: str) -> None:
    final = ward_documents.propose(by_officer, url, DocumentKind.LETTER, "発送の前の最終版")
    instruction = Instruction("8水こ第12号", jst_date(by_ward.now) - timedelta(days=40))
    documents.approve(by_ward, final.id, instruction)
    ward_documents.propose(by_officer, url, DocumentKind.DECLINE_FORM, "初版")


def _add_minutes(by_officer: Work, by_ward: Work) -> None:
    now, today = by_officer.now, jst_date(by_officer.now)
    typed = minutes.TypedMinutes(today - timedelta(days=40), FIRST)
    first = minutes.write(by_officer.at(now - timedelta(days=39)), None, typed)
    minutes.confirm(by_ward.at(now - timedelta(days=38)), first.id, 1)
    minutes.write(by_officer, None, minutes.TypedMinutes(today - timedelta(days=5), SECOND))


def _add_questions(by_officer: Work, by_ward: Work) -> None:
    today = jst_date(by_officer.now)
    for number in (1, 2, 3):
        asking.ask(by_officer, number, today - timedelta(days=50))
    instruction = Instruction("8水こ第10号", today - timedelta(days=45))
    answer = asking.Answer("計画書に示した基準日と生年月日の範囲でよい。", instruction)
    asking.answer(by_ward, 1, answer)
    days = asking.Answer(
        "始まりの日と、戻った手紙の保管の日数は、設定のとおりでよい。", instruction
    )
    asking.answer(by_ward, 3, days)
    for key in AgreedKey:
        agreements.agree(by_ward, key, 3, SUBJECTS[key].value(by_ward.program))
