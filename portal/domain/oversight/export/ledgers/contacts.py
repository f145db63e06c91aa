"""Ledgers of the call center: counts of contacts and of the telephone system."""

from sqlalchemy import func, select

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.telephony.models import CallCount, CountDay
from portal.domain.oversight.export.scope import Ledger, LedgerName, Rows


def _call_counts(_with_protected: bool) -> Rows:
    """Count contacts by day, channel, language, category and result."""
    groups = (Call.day, Call.channel, Call.direction, Call.language, Call.category, Call.result)
    return select(*groups, func.count()).group_by(*groups).order_by(*groups)


def _telephony_counts(_with_protected: bool) -> Rows:
    """Select the counts of the telephone system that are in force."""
    columns = (
        CountDay.day,
        CallCount.half_hour,
        CallCount.language,
        CallCount.line,
        CallCount.offered,
        CallCount.answered,
        CallCount.abandoned,
        CallCount.busy,
        CallCount.short_abandoned,
        CallCount.within,
        CallCount.talk,
        CallCount.after_call,
    )
    return (
        select(*columns)
        .join(CountDay, CountDay.id == CallCount.day_id)
        .where(CountDay.replaced_at.is_(None))
        .order_by(CountDay.day, CallCount.half_hour, CallCount.language, CallCount.line)
    )


LEDGERS = (
    Ledger(
        LedgerName.CALLS_STATISTICS,
        ("day", "channel", "direction", "language", "category", "result", "calls"),
        _call_counts,
    ),
    Ledger(
        LedgerName.TELEPHONY_COUNTS,
        (
            "day",
            "half_hour",
            "language",
            "line",
            "offered",
            "answered",
            "abandoned",
            "busy",
            "short_abandoned",
            "within",
            "talk",
            "after_call",
        ),
        _telephony_counts,
    ),
)
