"""States of coupon faults, incidents, their reports, site notices and downtime."""

from portal.domain.foundation.states import StateMachine, fan

COUPON_FAULT = StateMachine(
    "coupon_fault",
    "reported",
    {
        "look_up": fan("reported looked_up", "looked_up"),
        "ask_stop": fan("looked_up", "stopping"),
        "found_spent": fan("stopping", "reported"),
        "run_short": fan("stopping", "no_code"),
        "replace": fan("looked_up stopping no_code", "replaced"),
        "overtake": fan("stopping", "explained"),
        "explain": fan("looked_up no_code", "explained"),
        "refuse": fan("reported looked_up", "refused"),
    },
)
"""``stopping``: the issuer is asked to stop the old code.

``no_code``: it is void, and no new code may follow yet.

``overtake``: another request decided over the child while the issuer was asked.
"""

OPEN = ("reported", "looked_up", "stopping", "no_code")

INCIDENT = StateMachine(
    "incident",
    "open",
    {
        "contain": {"open": "contained", "reported": "reported"},
        "report": fan("open contained", "reported"),
        "close": fan("reported", "closed"),
        "reopen": fan("closed", "reported"),
    },
)
"""A first report may be due before everything is stopped: ``contain`` is possible after it."""

INCIDENT_REPORT = StateMachine(
    "incident_report",
    "written",
    {"confirm": fan("written", "confirmed"), "give_back": fan("written", "given_back")},
)

SITE_NOTICE = StateMachine(
    "site_notice",
    "draft",
    {
        "publish": fan("draft", "published"),
        "propose": fan("draft", "waiting"),
        "confirm": fan("waiting", "published"),
        "withdraw": fan("draft waiting published", "withdrawn"),
    },
)
"""A notice about an incident is proposed, and a second person confirms it.

Others are published at once.
"""

DOWNTIME = StateMachine(
    "downtime",
    "planned",
    {
        "begin": fan("planned", "running"),
        "end": fan("running planned", "ended"),
        "cancel": fan("planned", "cancelled"),
    },
)
