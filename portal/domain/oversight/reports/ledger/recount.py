"""The second count of the figures that the contract is paid by: plain SQL over what happened.

It stands on the audit chain, the post's events and the rows of the telephone system, and on
nothing of the program: no model, no query, no rule of the reports is used here, so that an error in
one count is not an error in both. ``pyproject.toml`` forbids every import from the portal.

Each figure is (letters, households or calls; children; yen). Days are JST, both ends included.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from msgspec import Struct
from sqlalchemy import Date, DateTime, String, bindparam, text
from sqlalchemy.orm import Session

JAPAN = timezone(timedelta(hours=9))
ONE_DAY = timedelta(days=1)
Counted = tuple[int, int, int]

_POSTED = """
    SELECT count(*), coalesce(sum(l.children), 0), coalesce(sum(l.amount_yen), 0)
    FROM letter l WHERE l.id IN (
        SELECT e.subject_id FROM audit_event e
        WHERE e.subject = 'letter' AND e.action = 'letter.posted'
        AND e.at >= :start AND e.detail ->> 'day' BETWEEN :first_text AND :last_text
        UNION
        SELECT s.letter_id FROM audit_event e JOIN shipment s ON s.id = e.subject_id
        WHERE e.subject = 'shipment' AND e.action = 'shipment.post'
        AND e.at >= :start AND e.detail ->> 'day' BETWEEN :first_text AND :last_text
    )"""
_STEPPED = """
    SELECT count(*), coalesce(sum(l.children), 0), coalesce(sum(l.amount_yen), 0)
    FROM shipment s JOIN letter l ON l.id = s.letter_id WHERE s.id IN (
        SELECT e.subject_id FROM audit_event e
        WHERE e.subject = 'shipment' AND e.action IN (:action, :or_action)
        AND e.at >= :start AND e.detail ->> 'day' BETWEEN :first_text AND :last_text
    )"""
_DELIVERED = ("shipment.deliver",)
_RETURNED = ("shipment.receive", "shipment.turn_up")
"""Taken in as returned, or though the post had reported it as delivered or lost."""
_ABSENT = """
    SELECT count(*), coalesce(sum(l.children), 0), coalesce(sum(l.amount_yen), 0)
    FROM shipment s JOIN letter l ON l.id = s.letter_id WHERE s.id IN (
        SELECT t.shipment_id FROM tracking_event t
        WHERE t.status = 'absent' AND t.happened_on BETWEEN :first AND :last
    )"""
_DECLINED = """
    SELECT count(DISTINCT r.household_id), count(*), coalesce(sum(n.amount_yen), 0)
    FROM decline_item i
    JOIN request r ON r.id = i.request_id
    JOIN entitlement n ON n.id = i.entitlement_id
    WHERE r.received_at >= :start AND r.received_at < :end AND EXISTS (
        SELECT 1 FROM audit_event e
        WHERE e.subject = 'decline_item' AND e.subject_id = i.id AND e.action = 'decline.confirm'
        AND NOT EXISTS (
            SELECT 1 FROM audit_event w
            WHERE w.subject = 'decline_item' AND w.subject_id = i.id AND w.id > e.id
            AND w.action = 'decline.withdraw'
        )
    )"""
_CONTACTS = """
    SELECT c.channel, count(*) FROM call_record c
    WHERE c.day BETWEEN :first AND :last AND c.direction = 'inbound' AND EXISTS (
        SELECT 1 FROM audit_event e WHERE e.subject = 'call' AND e.subject_id = c.id
        AND e.action IN ('call.finished', 'call.written_down', 'call.closed_by_rule')
    )
    GROUP BY c.channel"""
_LINES = """
    SELECT d.day, c.half_hour, c.offered, c.answered, c.abandoned,
        coalesce(c.busy, 0), coalesce(c.short_abandoned, 0)
    FROM telephony_count c JOIN telephony_day d ON d.id = c.day_id
    WHERE d.replaced_at IS NULL AND d.day BETWEEN :first AND :last"""


class Agreed(Struct, frozen=True):
    """What the ward agreed to count as a call (clause 6), and when the call center answers.

    ``hours`` has the opening and the closing time (JST) of every day on which somebody answers.
    """

    hours: Mapping[date, tuple[time, time]]
    night_counts: bool
    busy_counts: bool
    short_counts: bool


def recount_mail(session: Session, first: date, last: date) -> dict[str, Counted]:
    """Count letters posted, delivered, absent and returned, and declines, by what was recorded."""
    return {
        "posted": _one(session, _POSTED, first, last),
        "delivered": _one(session, _STEPPED, first, last, _DELIVERED),
        "absent": _one(session, _ABSENT, first, last),
        "returned": _one(session, _STEPPED, first, last, _RETURNED),
        "declined": _one(session, _DECLINED, first, last),
    }


def recount_calls(session: Session, first: date, last: date, agreed: Agreed) -> dict[str, Counted]:
    """Count calls by the rows of the telephone system, and contacts by the end of each."""
    found: dict[str, Counted] = {}
    for channel, cases in _rows(session, _CONTACTS, first, last):
        found[channel] = (int(cases), 0, 0)
    offered = answered = abandoned = 0
    for day, half, came, taken, lost, busy, short in _rows(session, _LINES, first, last):
        if not _counts(agreed, _as_day(day), half):
            continue
        dropped = 0 if agreed.short_counts else min(short, lost)
        offered += came - dropped + (busy if agreed.busy_counts else 0)
        answered += taken
        abandoned += lost - dropped
    lines = {"offered": offered, "answered": answered, "abandoned": abandoned}
    return found | {name: (cases, 0, 0) for name, cases in lines.items()}


def _counts(agreed: Agreed, day: date, half: int) -> bool:
    """Return whether calls of a half hour (-1: of a whole day) count."""
    if agreed.night_counts:
        return True
    if day not in agreed.hours:
        return False
    opens, closes = agreed.hours[day]
    begin = half * 30
    ends_after_opening = begin + 30 > opens.hour * 60 + opens.minute
    return half < 0 or (ends_after_opening and begin < closes.hour * 60 + closes.minute)


def _as_day(value: date | str) -> date:
    # SQLite has days as texts where no column says what they are
    return value if isinstance(value, date) else date.fromisoformat(value)


def _one(
    session: Session, statement: str, first: date, last: date, actions: Sequence[str] = ("",)
) -> Counted:
    cases, children, yen = _rows(session, statement, first, last, actions)[0]
    return int(cases), int(children), int(yen)


def _rows(
    session: Session, statement: str, first: date, last: date, actions: Sequence[str] = ("",)
) -> list[Any]:
    values: dict[str, tuple[Any, Any]] = {
        "first": (first, Date()),
        "last": (last, Date()),
        "first_text": (first.isoformat(), String()),
        "last_text": (last.isoformat(), String()),
        "start": (_midnight(first), DateTime(timezone=True)),
        "end": (_midnight(last + ONE_DAY), DateTime(timezone=True)),
        "action": (actions[0], String()),
        "or_action": (actions[-1], String()),
    }
    used = {name: pair for name, pair in values.items() if re.search(rf":{name}\b", statement)}
    bound = [bindparam(name, value, type_=kind) for name, (value, kind) in used.items()]
    return list(session.execute(text(statement).bindparams(*bound)).all())


def _midnight(day: date) -> datetime:
    """Return the beginning of a day in Japan, as an instant (UTC)."""
    return datetime.combine(day, time(), tzinfo=JAPAN).astimezone(UTC)
