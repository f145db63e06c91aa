"""Calls of invented people on two days, with call-backs and questions to the ward."""

from datetime import timedelta

from msgspec import Struct

from portal.domain.contacts.calls.description import CallDescription
from portal.domain.contacts.calls.finishing import AfterCall
from portal.domain.contacts.calls.kinds import CallLanguage, Result
from portal.domain.contacts.calls.services import hang_up, start_call
from portal.domain.contacts.escalations import answering, services
from portal.domain.contacts.escalations.answering import WardAnswer
from portal.domain.contacts.escalations.services import Question, RaisedIn
from portal.domain.desk.call_desk.ending import end_call
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.clock import jst_date
from portal.platform.site import Site


class DemoCall(Struct, frozen=True):
    """One call: hours since it began, its length, its notes, and what was passed to the ward."""

    hours: float
    minutes: int
    after: AfterCall
    language: CallLanguage = CallLanguage.JA
    question: Question | None = None
    answer: str = ""


CALLS = (
    DemoCall(27, 4, AfterCall("delivery", "not_arrived", Result.DONE)),
    DemoCall(26, 3, AfterCall("coupon", "how_to_use", Result.DONE), CallLanguage.EN),
    DemoCall(
        25,
        9,
        AfterCall("program", "living_apart", Result.PASSED, shared_with_ward=True),
        question=Question(
            "change_of_recipient",
            "別居中の母親から。こどもと暮らしているが、手紙は父親に届いた。変更できるか知りたい。",
        ),
    ),
    DemoCall(
        24,
        6,
        AfterCall("program", "moving", Result.PASSED),
        question=Question("eligibility", "基準日の翌日に転入した。対象になるか。返事がほしい。"),
        answer=(
            "基準日に住民登録がないため、対象になりません。"
            "転入前の市区町村にお問い合わせくださいと伝えてください。"
        ),
    ),
    DemoCall(
        5,
        7,
        AfterCall(
            "delivery",
            "absent",
            Result.CALL_BACK,
            call_back="03-1234-0101",
            text="不在連絡票をさがしてもらう。",
        ),
    ),
    DemoCall(
        4,
        12,
        AfterCall(
            "signin",
            "one_time_code",
            Result.CALL_BACK,
            call_back="03-1234-0102",
            interpreter_minutes=10,
        ),
        CallLanguage.KO,
    ),
    DemoCall(
        3,
        15,
        AfterCall(
            "opinion",
            "complaint",
            Result.PASSED,
            complaint=True,
            notable="手紙の文字が小さいという声があった。",
        ),
        question=Question(
            "complaint", "手紙の文字が小さくて読めない。大きな文字のものがほしい。区の返事を希望。"
        ),
    ),
    DemoCall(2, 3, AfterCall("coupon", "shops", Result.DONE), CallLanguage.ZH),
)


def add_calls(site: Site, agent: Actor, ward: Actor) -> None:
    """Record the agent's calls, and the ward's answer to one of the questions."""
    with site.database.write() as session:
        now = site.clock.now(session)
        for one in CALLS:
            began = now - timedelta(hours=one.hours)
            talked = began + timedelta(minutes=one.minutes)
            call = start_call(
                site.work(session, agent, began), CallDescription(language=one.language)
            )
            if one.question is not None:
                row = services.raise_escalation(
                    site.work(session, agent, talked), one.question, RaisedIn(call_id=call.id)
                )
                if one.answer:
                    order = Instruction("こども支援 第7号", jst_date(now - timedelta(hours=6)))
                    answering.answer(
                        site.work(session, ward, now - timedelta(hours=6)),
                        row.id,
                        WardAnswer(one.answer, order),
                    )
            hang_up(site.work(session, agent, talked), call.id)
            end_call(site.work(session, agent, talked + timedelta(minutes=1)), call.id, one.after)
