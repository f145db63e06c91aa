"""Staff texts and marks of coupon faults, incidents, site notices and downtime."""

from admin.labels import labels
from admin.marks import Mark, marks
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.incidents import kinds, states
from portal.domain.mailroom.incidents.affected import What
from portal.domain.mailroom.incidents.clocks import Clock, Pace
from portal.domain.oversight.reports.incidents import words as report_words

issuer_answer = report_words.issuer_answer
said = labels(kinds.ShopAnswer)
incident_kind = labels(kinds.IncidentKind)
field = labels(kinds.ReportField)
report = labels(kinds.ReportKind)
stopped = labels(kinds.DownPart)
source = labels(kinds.Source)
outcome = labels(kinds.Outcome)
subject = labels(kinds.SubjectKind)
found_by = labels(kinds.FoundBy)
result = labels(kinds.StopResult)
notice_kind = labels(kinds.NoticeKind)
fault_state = labels(states.FaultState)
incident_state = labels(states.IncidentState)
report_state = labels(states.ReportState)
notice_state = labels(states.NoticeState)
downtime_state = labels(states.DowntimeState)
clock = labels(Clock)
pace = labels(Pace)
what = labels(What)


fault_mark = marks(
    {
        states.FaultState.REPLACED: Mark.GOOD,
        states.FaultState.EXPLAINED: Mark.PLAIN,
        states.FaultState.REFUSED: Mark.PLAIN,
    },
    Mark.WAIT,
)
incident_mark = marks(
    {states.IncidentState.OPEN: Mark.STOP, states.IncidentState.CLOSED: Mark.GOOD}, Mark.WAIT
)
report_mark = marks(
    {states.ReportState.CONFIRMED: Mark.GOOD, states.ReportState.WRITTEN: Mark.WAIT}, Mark.STOP
)
notice_mark = marks(
    {states.NoticeState.WAITING: Mark.WAIT, states.NoticeState.PUBLISHED: Mark.GOOD}
)
downtime_mark = marks(
    {
        states.DowntimeState.PLANNED: Mark.WAIT,
        states.DowntimeState.RUNNING: Mark.STOP,
        states.DowntimeState.ENDED: Mark.GOOD,
    }
)
result_mark = marks(
    {
        kinds.StopResult.STOPPED: Mark.GOOD,
        kinds.StopResult.SPENT: Mark.STOP,
        kinds.StopResult.CANNOT: Mark.STOP,
    },
    Mark.WAIT,
)
pace_mark = marks(
    {Pace.DONE: Mark.GOOD, Pace.LATE: Mark.STOP, Pace.OVER: Mark.STOP, Pace.SOON: Mark.WAIT},
    Mark.PLAIN,
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
