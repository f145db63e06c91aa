"""The last days before a deadline: too late to wait for a letter, and a day's hold counts double.

The pages then name what still leads to the coupon, or keeps a wish in time, with its last day.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from portal.domain.foundation.program.deadlines import Window, WindowKind, Windows

LAST_DAYS = timedelta(days=5)
DEADLINES = (
    WindowKind.DECLINE,
    WindowKind.ALTERNATIVE,
    WindowKind.REDELIVERY,
    WindowKind.EXCHANGE,
)


def in_last_days(windows: Windows, now: datetime) -> Sequence[Window]:
    """Return the deadlines of residents of which at most five days are left, the nearest first."""
    near = [windows.of(kind) for kind in DEADLINES]
    found = [one for one in near if one.is_open(now) and one.ends_at - now <= LAST_DAYS]
    return sorted(found, key=lambda one: one.ends_at)
