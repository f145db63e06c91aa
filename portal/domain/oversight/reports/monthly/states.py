"""States of a monthly report: draft —check→ checked —submit→ submitted, and back to draft."""

from enum import StrEnum

from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import Labeled, _s


class ReportState(Labeled):
    """Where a monthly report is, as staff read it."""

    DRAFT = "draft", lambda: _s("下書き")
    CHECKED = "checked", lambda: _s("確認ずみ")
    SUBMITTED = "submitted", lambda: _s("提出ずみ")


DRAFT, CHECKED, SUBMITTED = ReportState


class CommentState(StrEnum):
    """Whether a comment on a report still wants something."""

    OPEN = "open"
    SETTLED = "settled"


OPEN, SETTLED = CommentState
COMMENT = StateMachine("report_comment", OPEN, {"settle": {OPEN: SETTLED}})
REPORT = StateMachine(
    "report",
    DRAFT,
    {
        "check": {DRAFT: CHECKED},
        "give_back": {CHECKED: DRAFT},
        "submit": {CHECKED: SUBMITTED},
        "revise": {SUBMITTED: DRAFT},
    },
)
