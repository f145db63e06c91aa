"""Files of an invented telephone system, and counts as a test needs them."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from portal.domain.contacts.telephony.layouts import SHIPPED as LAYOUTS
from portal.domain.contacts.telephony.layouts import find_layout

BY_LINE = find_layout("by_line", LAYOUTS)
BY_LANGUAGE = find_layout("by_language", LAYOUTS)
LINE_HEADER = "日付,時間帯,回線,着信呼数,応答呼数,放棄呼数,20秒以内応答数,通話時間,後処理時間"
LANGUAGE_HEADER = (
    "日付,開始時刻,言語,着信,応答,放棄,話中,5秒以内放棄,20秒以内,通話秒,後処理秒,最長待ち秒"
)
ONE_DAY = timedelta(days=1)


def line_file(rows: Iterable[Sequence[object]], encoding: str = "utf-8") -> bytes:
    """A file of the layout `by_line`.

    Each row is day, time, line, offered, answered, abandoned, within, talk, after.
    """
    return "\r\n".join([LINE_HEADER, *(",".join(map(str, row)) for row in rows), ""]).encode(
        encoding
    )


def language_file(rows: Iterable[Sequence[object]], encoding: str = "utf-8") -> bytes:
    """A file of the layout `by_language`; each row has its columns but the longest wait."""
    lines = (",".join(map(str, [*row, 0])) for row in rows)
    return "\r\n".join([LANGUAGE_HEADER, *lines, ""]).encode(encoding)


def days(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + ONE_DAY * index for index in range((last - first).days + 1)]
