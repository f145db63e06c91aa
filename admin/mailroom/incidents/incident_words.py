"""Staff texts and marks of coupon faults, incidents, site notices and downtime."""

from collections.abc import Callable, Mapping
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


def _marks(kinds_of_marks: Mapping[str, str], default: str) -> Callable[[str], str]:
    """Return the function that gives the kind of mark of a stored code word."""
    return lambda code: kinds_of_marks.get(code, default)


fault_mark = _marks(
    {
        states.FaultState.REPLACED: "good",
        states.FaultState.EXPLAINED: "plain",
        states.FaultState.REFUSED: "plain",
    },
    "wait",
)
incident_mark = _marks(
    {states.IncidentState.OPEN: "stop", states.IncidentState.CLOSED: "good"}, "wait"
)
report_mark = _marks(
    {states.ReportState.CONFIRMED: "good", states.ReportState.WRITTEN: "wait"}, "stop"
)
notice_mark = _marks(
    {states.NoticeState.WAITING: "wait", states.NoticeState.PUBLISHED: "good"}, "plain"
)
downtime_mark = _marks(
    {
        states.DowntimeState.PLANNED: "wait",
        states.DowntimeState.RUNNING: "stop",
        states.DowntimeState.ENDED: "good",
    },
    "plain",
)
result_mark = _marks(
    {
        kinds.StopResult.STOPPED: "good",
        kinds.StopResult.SPENT: "stop",
        kinds.StopResult.CANNOT: "stop",
    },
    "wait",
)
pace_mark = _marks(
    {Pace.DONE: "good", Pace.LATE: "stop", Pace.OVER: "stop", Pace.SOON: "wait"}, "plain"
)


def incident_events() -> dict[str, str]:
    """Return the texts of events of incidents on a timeline, by the event's code."""
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
