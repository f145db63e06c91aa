"""Words about questions to the ward and call-backs in the staff's language.

An unknown code is shown as stored.
"""

from admin.labels import labels
from admin.marks import Mark, marks
from portal.domain.contacts.escalations.kinds import (
    AnswerSource,
    EscalationKind,
    Outcome,
    RowResult,
)
from portal.domain.contacts.escalations.states import (
    AnswerSheetState,
    CallBackState,
    EscalationState,
)
from portal.domain.foundation.texts import _s
from portal.domain.people.pauses.states import PauseState

kind = labels(EscalationKind)
state = labels(EscalationState)
source = labels(AnswerSource)
result = labels(RowResult)
sheet_state = labels(AnswerSheetState)
call_back_state = labels(CallBackState)
pause_state = labels(PauseState)
outcome = labels(Outcome)
state_mark = marks({EscalationState.OPEN: Mark.WAIT, EscalationState.ANSWERED: Mark.GOOD})
sheet_mark = marks({AnswerSheetState.READ: Mark.WAIT, AnswerSheetState.APPLIED: Mark.GOOD})
result_mark = marks({RowResult.NEW: Mark.GOOD, RowResult.SAME: Mark.PLAIN}, Mark.STOP)


def when_right(code: str) -> str:
    """Return the sentence on when a question is of this kind."""
    sentences: dict[str, str] = {
        EscalationKind.ELIGIBILITY: _s("対象になるか、どう受け取るかなど、区が決めること"),
        EscalationKind.PROTECTION: _s("暴力や避難の話。住所は聞かずに、すぐに"),
        EscalationKind.CHANGE_OF_RECIPIENT: _s("離婚、別居など、実際に育てている人への変更"),
        EscalationKind.ACCIDENT: _s(
            "誤配達、郵便局への調査、不正な使用、詐欺の疑い、券の数の違い。すぐに"
        ),
        EscalationKind.COMPLAINT: _s("区の返事がほしいと言われた苦情"),
        EscalationKind.PRESS: _s("報道、議員、調査。何も答えずに"),
    }
    return sentences.get(code, "")


def escalation_events() -> dict[str, str]:
    """Return the labels of events of questions and call-backs, by audit action."""
    return {
        "escalation.raised": _s("区に引き継いだ"),
        "escalation.read": _s("引き継ぎの内容を見た"),
        "escalation.answer": _s("区の回答を記録"),
        "escalation.close": _s("引き継ぎが終わった"),
        "escalation.withdraw": _s("引き継ぎを取り下げ"),
        "escalation.reopen": _s("区にもう一度たずねた"),
        "sending_pause.begun": _s("まだ送っていないものを止めた"),
        "sending_pause.prolonged": _s("送るのを止める時間を延ばした"),
        "sending_pause.lifted": _s("送るのを再開した"),
        "sending_pause.ran_out": _s("時間が過ぎて、送るのを再開した"),
        "call_back.claim": _s("折り返しの電話を受け持った"),
        "call_back.moved": _s("折り返しの電話の時刻を変えた"),
        "call_back.release": _s("折り返しの電話を、ほかの人に戻した"),
        "call_back.settled": _s("折り返しの電話をかけた"),
    }
