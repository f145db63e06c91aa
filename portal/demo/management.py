"""The work with the ward: approved texts, minutes, questions and answers, milestones."""

from datetime import timedelta

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.clock import jst_date
from portal.domain.letters.documents import services as documents
from portal.domain.oversight.management import asking, milestones, minutes
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
        today = jst_date(now)
        url = site.settings.public_url
        letter = ward_documents.propose(
            site.work(session, officer, now), url, documents.LETTER, "発送の前の最終版"
        )
        documents.approve(
            site.work(session, ward, now), letter.id, "8水こ第12号", today - timedelta(days=40)
        )
        ward_documents.propose(site.work(session, officer, now), url, "decline_form", "初版")
        first = minutes.write(
            site.work(session, officer, now - timedelta(days=39)),
            None,
            0,
            today - timedelta(days=40),
            FIRST,
        )
        minutes.confirm(site.work(session, ward, now - timedelta(days=38)), first.id, 1)
        minutes.write(site.work(session, officer, now), None, 0, today - timedelta(days=5), SECOND)
        for number in (1, 2, 3):
            asking.ask(site.work(session, officer, now), number, today - timedelta(days=50))
        asking.answer(
            site.work(session, ward, now),
            1,
            "計画書に示した基準日と生年月日の範囲でよい。",
            "8水こ第10号",
            today - timedelta(days=45),
        )
        for key in (*DONE, *BEGUN):
            action = "finish" if key in DONE else "begin"
            milestones.move(site.work(session, officer, now), key, action)
        noted = {"owner": "配送の責任者", "evidence": "議事録 第1回", "note": ""}
        milestones.write(site.work(session, officer, now), "delivery", noted)
