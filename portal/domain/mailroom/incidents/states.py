"""States of coupon faults, incidents, their reports, site notices and downtime."""

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class FaultState(Labeled):
    """The status of a coupon fault, as staff read it.

    Attributes:
        STOPPING: The issuer is asked to stop the old code.
        NO_CODE: The old code is void, and no new one could be assigned yet.
    """

    REPORTED = "reported", lambda: _s("受け付け")
    LOOKED_UP = "looked_up", lambda: _s("発行者に確認ずみ")
    STOPPING = "stopping", lambda: _s("停止の答え待ち")
    NO_CODE = "no_code", lambda: _s("停止ずみ・新しいコード待ち")
    REPLACED = "replaced", lambda: _s("差し替えずみ")
    EXPLAINED = "explained", lambda: _s("説明して終わり")
    REFUSED = "refused", lambda: _s("対象外として終わり")


_F = FaultState
COUPON_FAULT = StateMachine(
    "coupon_fault",
    _F.REPORTED,
    {
        "look_up": dict.fromkeys((_F.REPORTED, _F.LOOKED_UP), _F.LOOKED_UP),
        "ask_stop": {_F.LOOKED_UP: _F.STOPPING},
        "found_spent": {_F.STOPPING: _F.REPORTED},
        "run_short": {_F.STOPPING: _F.NO_CODE},
        "replace": dict.fromkeys((_F.LOOKED_UP, _F.STOPPING, _F.NO_CODE), _F.REPLACED),
        # another request about the child was decided while the issuer was asked
        "overtake": {_F.STOPPING: _F.EXPLAINED},
        "explain": dict.fromkeys((_F.LOOKED_UP, _F.NO_CODE), _F.EXPLAINED),
        "refuse": dict.fromkeys((_F.REPORTED, _F.LOOKED_UP), _F.REFUSED),
    },
)
OPEN = (_F.REPORTED, _F.LOOKED_UP, _F.STOPPING, _F.NO_CODE)


class IncidentState(Labeled):
    """The status of an incident, as staff read it."""

    OPEN = "open", lambda: _s("対応中")
    CONTAINED = "contained", lambda: _s("広がりを止めた")
    REPORTED = "reported", lambda: _s("区に報告ずみ")
    CLOSED = "closed", lambda: _s("終わり")


_I = IncidentState
INCIDENT = StateMachine(
    "incident",
    _I.OPEN,
    {
        # a first report may be due before everything is stopped, so it may precede this step
        "contain": {_I.OPEN: _I.CONTAINED, _I.REPORTED: _I.REPORTED},
        "report": dict.fromkeys((_I.OPEN, _I.CONTAINED), _I.REPORTED),
        "close": {_I.REPORTED: _I.CLOSED},
        "reopen": {_I.CLOSED: _I.REPORTED},
    },
)


class ReportState(Labeled):
    """The status of a report about an incident, as staff read it."""

    WRITTEN = "written", lambda: _s("区の確認待ち")
    CONFIRMED = "confirmed", lambda: _s("区が確認")
    GIVEN_BACK = "given_back", lambda: _s("差し戻し")


INCIDENT_REPORT = StateMachine(
    "incident_report",
    ReportState.WRITTEN,
    {
        "confirm": {ReportState.WRITTEN: ReportState.CONFIRMED},
        "give_back": {ReportState.WRITTEN: ReportState.GIVEN_BACK},
    },
)


class NoticeState(Labeled):
    """The status of a site notice, as staff read it."""

    DRAFT = "draft", lambda: _s("下書き")
    WAITING = "waiting", lambda: _s("承認待ち")
    PUBLISHED = "published", lambda: _s("公開")
    WITHDRAWN = "withdrawn", lambda: _s("取り下げ")


_N = NoticeState
SITE_NOTICE = StateMachine(
    "site_notice",
    _N.DRAFT,
    {
        "publish": {_N.DRAFT: _N.PUBLISHED},
        "propose": {_N.DRAFT: _N.WAITING},
        "confirm": {_N.WAITING: _N.PUBLISHED},
        "withdraw": dict.fromkeys((_N.DRAFT, _N.WAITING, _N.PUBLISHED), _N.WITHDRAWN),
    },
)
"""A notice about an incident is proposed and confirmed by a second person.

Others are published at once.
"""


class DowntimeState(Labeled):
    """The status of an outage, as staff read it."""

    PLANNED = "planned", lambda: _s("予定")
    RUNNING = "running", lambda: _s("止まっている")
    ENDED = "ended", lambda: _s("終わった")
    CANCELLED = "cancelled", lambda: _s("取りやめ")


_D = DowntimeState
DOWNTIME = StateMachine(
    "downtime",
    _D.PLANNED,
    {
        "begin": {_D.PLANNED: _D.RUNNING},
        "end": dict.fromkeys((_D.RUNNING, _D.PLANNED), _D.ENDED),
        "cancel": {_D.PLANNED: _D.CANCELLED},
    },
)
