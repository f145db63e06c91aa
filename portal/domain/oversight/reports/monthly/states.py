"""States of a monthly report: draft —check→ checked —submit→ submitted, and back to draft."""

from portal.domain.foundation.states import StateMachine, fan

DRAFT, CHECKED, SUBMITTED = "draft", "checked", "submitted"

REPORT = StateMachine(
    "report",
    DRAFT,
    {
        "check": fan("draft", CHECKED),
        "give_back": fan("checked", DRAFT),
        "submit": fan("checked", SUBMITTED),
        "revise": fan("submitted", DRAFT),
    },
)
