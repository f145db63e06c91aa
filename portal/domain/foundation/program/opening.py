"""Refuse requests outside their window, with a sentence for the reader.

Windows open and close functions by date automatically.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from portal.domain.foundation.errors import TooEarlyError, TooLateError
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.deadlines import Window, WindowKind
from portal.domain.foundation.texts import _, _s

# Whole sentences and not "%(what)s": other languages cannot put one together from parts.
_BEFORE: Mapping[WindowKind, Callable[[], str]] = MappingProxyType(
    {
        WindowKind.DECLINE: lambda: _("辞退の受付は、%(day)sに始まります。"),
        WindowKind.ALTERNATIVE: lambda: _("紙の代替品の受付は、%(day)sに始まります。"),
        WindowKind.REDELIVERY: lambda: _("再配達の受付は、%(day)sに始まります。"),
        WindowKind.NEW_LETTER: lambda: _("新しい手紙の受付は、%(day)sに始まります。"),
        WindowKind.SIGN_IN: lambda: _("%(day)sからサインインできます。"),
    }
)
_OVER: Mapping[WindowKind, Callable[[], str]] = MappingProxyType(
    {
        WindowKind.DECLINE: lambda: _("辞退の受付は、%(day)sで終わりました。"),
        WindowKind.ALTERNATIVE: lambda: _("紙の代替品の受付は、%(day)sで終わりました。"),
        WindowKind.REDELIVERY: lambda: _("再配達の受付は、%(day)sで終わりました。"),
        WindowKind.NEW_LETTER: lambda: _("新しい手紙の受付は、%(day)sで終わりました。"),
        WindowKind.SIGN_IN: lambda: _("サインインできる期間は、%(day)sで終わりました。"),
    }
)


def closed_text(window: Window, now: datetime) -> str:
    """Return the resident's sentence why a window is closed now, with its first or last usable day.

    Empty if the window is open.
    """
    if window.is_open(now):
        return ""
    if window.is_before(now):
        sentence = _BEFORE.get(window.kind, lambda: _("受付は、%(day)sに始まります。"))
        return sentence() % {"day": format_day(window.first_day)}
    sentence = _OVER.get(window.kind, lambda: _("受付は、%(day)sで終わりました。"))
    return sentence() % {"day": format_day(window.last_day)}


def require_open(window: Window, now: datetime) -> None:
    """Refuse a resident's request outside its window.

    Raises:
        TooEarlyError: it has not begun; the sentence says the first usable day.
        TooLateError: it is over; the sentence says the last usable day.
    """
    _refuse(window, now, closed_text(window, now))


def staff_closed_text(window: Window, now: datetime) -> str:
    """Return the staff's sentence why a window is closed now, with its first or last usable day.

    Empty if the window is open.
    """
    if window.is_open(now):
        return ""
    title = window.kind.label
    if window.is_before(now):
        return _s("「%(title)s」は、%(day)sに始まります。") % {
            "title": title,
            "day": window.first_day.isoformat(),
        }
    return _s("「%(title)s」は、%(day)sで終わりました。") % {
        "title": title,
        "day": window.last_day.isoformat(),
    }


def require_open_for_staff(window: Window, now: datetime) -> None:
    """Refuse a staff decision outside the window of what it grants.

    Raises:
        TooEarlyError: it has not begun.
        TooLateError: it is over.
    """
    _refuse(window, now, staff_closed_text(window, now))


def _refuse(window: Window, now: datetime, sentence: str) -> None:
    if window.is_before(now):
        raise TooEarlyError(sentence)
    if window.is_over(now):
        raise TooLateError(sentence)
