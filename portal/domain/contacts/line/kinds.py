"""Why a call is marked: what the caller did, never who the caller is."""

from portal.domain.foundation.texts import Labeled, _s


class MarkReason(Labeled):
    """The reasons from which an agent chooses; there is no field for words."""

    SHOUTING = "shouting", lambda: _s("どなる、ののしる")
    THREAT = "threat", lambda: _s("おどし")
    SEXUAL = "sexual", lambda: _s("性的なことば")
    DISCRIMINATION = "discrimination", lambda: _s("差別のことば")
    UNREASONABLE = "unreasonable", lambda: _s("できないことを、何度も強く求める")
    HOURS = "hours", lambda: _s("長い時間、同じことをくりかえす")
    ENDED = "ended", lambda: _s("2回お願いして、こちらから電話を終えた")
