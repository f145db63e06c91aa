"""Staff texts of coupon faults, incidents, site notices and downtime."""

from functools import partial

from portal.domain.foundation.texts import _s, label_of
from portal.domain.mailroom.incidents import kinds, states
from portal.domain.mailroom.incidents.affected import What
from portal.domain.mailroom.incidents.clocks import Clock, Pace
from portal.domain.oversight.reports.incidents import words as report_words

issuer_answer = report_words.issuer_answer
said = partial(label_of, kinds.ShopAnswer)
incident_kind = partial(label_of, kinds.IncidentKind)
field = partial(label_of, kinds.ReportField)
report = partial(label_of, kinds.ReportKind)
stopped = partial(label_of, kinds.DownPart)
source = partial(label_of, kinds.Source)
outcome = partial(label_of, kinds.Outcome)
subject = partial(label_of, kinds.SubjectKind)
found_by = partial(label_of, kinds.FoundBy)
result = partial(label_of, kinds.StopResult)
notice_kind = partial(label_of, kinds.NoticeKind)
fault_state = partial(label_of, states.FaultState)
incident_state = partial(label_of, states.IncidentState)
report_state = partial(label_of, states.ReportState)
notice_state = partial(label_of, states.NoticeState)
downtime_state = partial(label_of, states.DowntimeState)
clock = partial(label_of, Clock)
pace = partial(label_of, Pace)
what = partial(label_of, What)


def fault_mark(code: str) -> str:
    """Return the kind of mark of a coupon fault's state."""
    return {
        states.FaultState.REPLACED.value: "good",
        states.FaultState.EXPLAINED.value: "plain",
        states.FaultState.REFUSED.value: "plain",
    }.get(code, "wait")


def pace_mark(code: str) -> str:
    """Return the kind of mark of a clock."""
    return {
        Pace.DONE.value: "good",
        Pace.LATE.value: "stop",
        Pace.OVER.value: "stop",
        Pace.SOON.value: "wait",
    }.get(code, "plain")


def incident_events() -> dict[str, str]:
    """Return the texts of incident events on a timeline, by the event's name."""
    return {
        "coupon_fault.reported": _s("お店で使えないクーポンを受け付け"),
        "coupon_fault.read": _s("お店で言われたことを見た"),
        "coupon_fault.look_up": _s("発行者にコードの状態を確認"),
        "coupon_fault.ask_stop": _s("使えないコードの停止を依頼"),
        "coupon_fault.found_spent": _s("停止の前に使われていたと発行者が回答"),
        "coupon_fault.run_short": _s("コードを停止、新しいコードは準備中"),
        "coupon_fault.replace": _s("使えないコードを新しいコードに差し替え"),
        "coupon_fault.overtake": _s("別の申請で決まり、差し替えずに終わり"),
        "coupon_fault.explain": _s("クーポンの調査を説明して終わり"),
        "coupon_fault.refuse": _s("クーポンの調査を対象外として終わり"),
        "report.taken": _s("報告書や一覧をファイルで持ち出した"),
        "coupon.stop_list": _s("停止の一覧をファイルで持ち出した"),
        "escalation.sheet_taken": _s("区への引き継ぎの表を持ち出した"),
    }
