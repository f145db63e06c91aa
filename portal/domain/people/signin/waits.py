"""When another one-time code can be sent, as a clock time in the reader's words."""

from datetime import datetime, timedelta

from portal.domain.foundation.clock import JST, jst_date
from portal.domain.foundation.program.hours_text import clock_text, instant_text
from portal.domain.foundation.texts import _
from portal.domain.people.authn.codes import CODE_LIFE


def from_text(instant: datetime, now: datetime) -> str:
    """Return from when something can be done: the next whole minute, with its day if not today."""
    minute = instant + timedelta(minutes=1) - timedelta.resolution
    if jst_date(minute) != jst_date(now):
        return instant_text(minute)
    return clock_text(minute.astimezone(JST).time())


def not_sent_text(usable_until: datetime | None, wait: datetime, now: datetime) -> str:
    """Return why no other code is sent now, and which one to use.

    Of one that still waits for its minute, it tells when it goes out; else from when a new one can
    be sent, and whether an earlier one can be used meanwhile.
    """
    if usable_until is not None and (sent_at := usable_until - CODE_LIFE) > now:
        sentence = _("番号は、%(time)sに送ります。もう一度押さないで、お待ちください。")
        return sentence % {"time": clock_text(sent_at.astimezone(JST).time())}
    if usable_until is not None:
        sentence = _("新しい番号は、%(time)sから送れます。さきに送った番号が、まだ使えます。")
    else:
        sentence = _("いま使える番号がありません。新しい番号は、%(time)sから送れます。")
    return sentence % {"time": from_text(wait, now)}
