"""States of an announcement; what a household must not get is stopped, and only staff resume it."""

from portal.domain.foundation.states import StateMachine, fan

ANNOUNCEMENT = StateMachine(
    "announcement",
    "waiting",
    {
        "send": fan("waiting", "sent"),
        "bounce": fan("waiting", "bounced"),
        "print": fan("waiting", "printed"),
        "hand_to_staff": fan("waiting", "with_staff"),
        "merge": fan("waiting", "merged"),
        "stop": fan("waiting", "stopped"),
        "call_off": fan("waiting", "called_off"),
        "resume": fan("stopped", "waiting"),
        "come_back": fan("printed", "came_back"),
    },
)
