"""What can happen to a household in a played year, when it happens, and what must come out."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

FATES = (
    "exchanged",
    "part",
    "lapsed",
    "unseen",
    "absent_then_exchanged",
    "redelivered_exchanged",
    "undelivered",
    "declined",
    "paper",
    "moved",
    "died",
    "protected_later",
    "mixed",
    "wrong_count",
)
SHOWN = (
    "exchanged",
    "part",
    "lapsed",
    "absent_then_exchanged",
    "redelivered_exchanged",
    "wrong_count",
)
DECLINED, PRINTED, POSTED, AGAIN = (
    date(2023, 7, 3),
    date(2023, 7, 4),
    date(2023, 7, 5),
    date(2023, 8, 1),
)
PART = 12_345
HEADER = "お問い合わせ番号,状態発生日,配送履歴,詳細,取扱局"


def at(day: date, hour: int = 12) -> datetime:
    """Noon in Japan."""
    return datetime(day.year, day.month, day.day, hour - 9, tzinfo=UTC)


def label(number: int) -> str:
    """A tracking number with its check digit."""
    body = str(3_110_000_000 + number)
    return body + str(int(body) % 7)


@dataclass
class Truth:
    """What the draw says must come out: final states, used yen, and the days of the mail."""

    states: Counter[str] = field(default_factory=Counter)
    used_yen: int = 0
    posted: Counter[tuple[date, int]] = field(default_factory=Counter)
    delivered: Counter[tuple[date, int]] = field(default_factory=Counter)
    returned: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)
    """Letters that count no more, by what went wrong."""
