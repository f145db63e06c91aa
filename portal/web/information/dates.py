"""Sentences for typed dates that cannot be read."""

from portal.domain.foundation.texts import _
from portal.domain.foundation.typed import DateFault


def birth_error(fault: DateFault) -> str:
    """Return what is wrong with a typed birth date and what to do."""
    match fault:
        case DateFault.EMPTY:
            return _("生年月日を入力してください。")
        case DateFault.YEAR_AMBIGUOUS | DateFault.IMPOSSIBLE:
            return day_error(fault)
        case _:
            return _("生年月日は、年、月、日を数字で入力してください。")


def day_error(fault: DateFault) -> str:
    """Return what is wrong with any other typed date and what to do."""
    match fault:
        case DateFault.YEAR_AMBIGUOUS:
            return _("年は4けたの西暦で入力するか、昭和や平成を選んでください。")
        case DateFault.IMPOSSIBLE:
            return _("この日付は、カレンダーにありません。年、月、日をたしかめてください。")
        case _:
            return _("年、月、日を数字で入力してください。")
