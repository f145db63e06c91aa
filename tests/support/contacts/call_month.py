"""Two invented months of a call center.

Counts of the telephone system, recorded calls, FAX and questions to the ward.

Everything is kept as plain lists besides, so that a test can count it by hand.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from portal.domain.contacts.calls.categories import CATEGORIES
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.written import write_text
from portal.domain.contacts.escalations.models import Escalation, EscalationAnswer
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.telephony.importer import import_file
from portal.domain.contacts.telephony.reading import CountsFile
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.clock import JST
from portal.domain.foundation.vault import seal_json
from portal.domain.people.tasks.services import new_receipt_no
from portal.domain.requests.requests.models import Scan
from portal.platform.database import Database
from tests.support.contacts.telephony import BY_LANGUAGE, days, language_file
from tests.support.coupons import VAULT
from tests.support.work import work_in

JUNE, JULY = date(2023, 6, 1), date(2023, 7, 1)
END_OF_JULY = date(2023, 7, 31)
CHECK_DAY = datetime(2023, 8, 3, 1, 0, tzinfo=UTC)
"""Thursday morning in Japan, a week before the report for July is due."""
CLOSED = {date(2023, 7, 17)}
"""Besides Saturdays and Sundays: 海の日."""
NAMES = {"日本語": "ja", "英語": "en", "中国語": "zh", "韓国語": "ko", "その他": "other"}
CountTuple = tuple[date, int, str, int, int, int, int, int, int, int, int]
"""Day, half hour, language; offered, answered, abandoned, busy, short abandoned, within;
talk, after-call."""


def is_open(day: date) -> bool:
    """Whether the call center answers on a day, said without the program's calendar."""
    return day.weekday() < 5 and day not in CLOSED


@dataclass
class Month:
    """What was put into the database, as plain values."""

    counts: list[CountTuple] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    faxes: list[tuple[date, str | None]] = field(default_factory=list)
    replies: list[tuple[date | None, str]] = field(default_factory=list)
    escalations: list[dict[str, Any]] = field(default_factory=list)

    def counted(self, first: date, last: date) -> list[CountTuple]:
        """The counts of open hours in a period."""
        return [
            row
            for row in self.counts
            if first <= row[0] <= last and is_open(row[0]) and 18 <= row[1] < 34
        ]


def invent_counts(
    first: date, last: date, seed: int = 5, halves: Iterable[int] = range(16, 36)
) -> list[CountTuple]:
    """Counts from 8:00 to 18:00 of every day.

    Some languages are silent, closed days and nights have a few calls.
    """
    dice = Random(seed)
    rows: list[CountTuple] = []
    for day in days(first, last):
        for half in halves:
            for language in NAMES:
                most = {"日本語": 14, "英語": 3, "中国語": 3, "韓国語": 2, "その他": 1}[language]
                offered = dice.randint(0, most if is_open(day) and 18 <= half < 34 else 1)
                answered = dice.randint(offered * 3 // 4, offered)
                abandoned = dice.randint(0, offered - answered)
                rows.append(
                    (
                        day,
                        half,
                        language,
                        offered,
                        answered,
                        abandoned,
                        dice.randint(0, 2),
                        dice.randint(0, abandoned),
                        dice.randint(0, answered),
                        answered * dice.randint(100, 400),
                        answered * dice.randint(20, 90),
                    )
                )
    return rows


def as_file(rows: list[CountTuple]) -> bytes:
    """The counts as the telephone system writes them, in Shift_JIS."""
    return language_file(
        [(day.isoformat(), f"{half // 2}:{half % 2 * 30:02}", *rest) for day, half, *rest in rows],
        "cp932",
    )


def fill(database: Database, program: Any, agent_id: int, lead_id: int) -> Month:
    """Two months of everything; returns what went in."""
    month = Month(counts=invent_counts(JUNE, END_OF_JULY))
    lead = Actor(Role.SUPERVISOR, lead_id, Organization.CONTRACTOR)
    with database.write() as session:
        import_file(
            work_in(session, lead, CHECK_DAY, program=program),
            CountsFile(as_file(month.counts), BY_LANGUAGE),
        )
    add_calls(database, month, agent_id)
    add_faxes(database, month, agent_id)
    add_escalations(database, month, agent_id)
    return month


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant of a Japanese day."""
    return datetime.combine(day, time(hour, minute), tzinfo=JST).astimezone(UTC)


def add_calls(database: Database, month: Month, agent_id: int, seed: int = 9) -> None:
    """Some 600 calls; a few are our own, paper forms, not ended or without a category."""
    dice = Random(seed)
    choices = [(first, second) for first, seconds in CATEGORIES.items() for second in seconds]
    made: list[Call] = []
    with database.write() as session:
        for day in days(JUNE, END_OF_JULY):
            for _ in range(dice.randint(5, 20) if is_open(day) else 0):
                category, subcategory = dice.choice(choices)
                started = at(day, dice.randint(9, 16), dice.randint(0, 59))
                values: dict[str, Any] = {
                    "agent_id": agent_id,
                    "state": "ended",
                    "channel": dice.choice(["phone"] * 8 + ["fax", "counter", "form"]),
                    "direction": dice.choice(["inbound"] * 9 + ["outbound"]),
                    "language": "ja",
                    "day": day,
                    "started_at": started,
                    "talk_ended_at": started,
                    "ended_at": started,
                    "category": category,
                    "subcategory": subcategory,
                    "result": dice.choice(["done", "done", "passed", "call_back"]),
                    "complaint": dice.random() < 0.05,
                    "shared_with_ward": dice.random() < 0.03,
                    "interpreter_minutes": dice.choice([None] * 9 + [12]),
                    "three_way_minutes": dice.choice([None] * 19 + [7]),
                    "relay_service": dice.random() < 0.02,
                }
                if dice.random() < 0.02:
                    values |= {"category": None, "subcategory": None, "closed_by_rule": True}
                month.calls.append(values)
                call = Call(receipt_no=new_receipt_no(), **values)
                session.add(call)
                made.append(call)
        session.flush()
        ended = [(call.id, None) for call in made]
        record_many(work_in(session, now=CHECK_DAY), "call.finished", "call", ended)


def add_marked_call(database: Database, agent_id: int, day: date, text: str, **values: Any) -> int:
    """One ended call with words, marked for the report; returns its key."""
    with database.write() as session:
        call = Call(
            receipt_no=new_receipt_no(),
            agent_id=agent_id,
            state="ended",
            channel="phone",
            direction="inbound",
            language="ja",
            day=day,
            started_at=at(day, 10),
            talk_ended_at=at(day, 10, 4),
            ended_at=at(day, 10, 5),
            category="opinion",
            subcategory="complaint",
            result="done",
            **{"complaint": True, **values},
        )
        session.add(call)
        session.flush()
        write_text(VAULT, call, {"text": text})
        record(work_in(session, now=CHECK_DAY), "call.finished", "call", call.id)
        return call.id


def add_faxes(database: Database, month: Month, staff_id: int) -> None:
    """FAX of July: two are no questions; of three replies one failed."""
    received = [
        (date(2023, 7, 4), None),
        (date(2023, 7, 4), "no_reply"),
        (date(2023, 7, 8), None),
        (date(2023, 7, 20), "advertisement"),
        (date(2023, 7, 20), "duplicate"),
        (date(2023, 6, 30), None),
    ]
    replies = [
        (date(2023, 7, 5), "sent"),
        (date(2023, 7, 10), "sent"),
        (None, "failed"),
        (date(2023, 7, 5), "sent"),
    ]
    with database.write() as session:
        call = Call(
            receipt_no=new_receipt_no(),
            agent_id=staff_id,
            state="ended",
            channel="form",
            direction="inbound",
            language="ja",
            day=JUNE,
            started_at=at(JUNE, 9),
            ended_at=at(JUNE, 9),
        )
        session.add(call)
        session.flush()
        for number, (day, reason) in enumerate(received):
            scan = Scan(
                media_type="image/png",
                size=1,
                digest=bytes([number] * 32),
                wrapped_key=b"",
                sealed=b"",
                stored_at=at(day, 9),
            )
            session.add(scan)
            session.flush()
            case = FaxCase(
                receipt_no=new_receipt_no(),
                state="closed" if reason else "answered",
                language="ja",
                received_at=at(day, 9),
                day=day,
                due_on=day,
                scan_id=scan.id,
                digest=bytes([number] * 32),
                pages=1,
                wrapped_key=b"",
                sealed=b"",
                entered_by=staff_id,
                entered_at=at(day, 9),
                close_reason=reason,
            )
            session.add(case)
            session.flush()
            if number < len(replies):
                sent_on, state = replies[number]
                session.add(
                    FaxReply(
                        case_id=case.id,
                        call_id=call.id,
                        state=state,
                        language="ja",
                        pages=2,
                        wrapped_key=b"",
                        sealed=b"",
                        prepared_by=staff_id,
                        prepared_at=at(day, 10),
                        sent_on=sent_on,
                    )
                )
    month.faxes, month.replies = received, replies


def add_escalations(database: Database, month: Month, staff_id: int) -> None:
    """One of June answered in July, one of July still open, one withdrawn, one long done."""
    rows = [
        {
            "raised": date(2023, 6, 29),
            "kind": "eligibility",
            "state": "answered",
            "answered": date(2023, 7, 4),
            "no": "こ支第12号",
        },
        {
            "raised": date(2023, 7, 12),
            "kind": "press",
            "state": "open",
            "answered": None,
            "no": None,
        },
        {
            "raised": date(2023, 7, 13),
            "kind": "complaint",
            "state": "withdrawn",
            "answered": None,
            "no": None,
        },
        {
            "raised": date(2023, 6, 5),
            "kind": "accident",
            "state": "closed",
            "answered": date(2023, 6, 6),
            "no": "こ支第3号",
        },
    ]
    with database.write() as session:
        for one in rows:
            key, wrapped = VAULT.new_data_key()
            raised: date = one["raised"]  # type: ignore[assignment]
            escalation = Escalation(
                receipt_no=new_receipt_no(),
                kind=one["kind"],
                state=one["state"],
                raised_by=staff_id,
                raised_at=at(raised, 15),
                due_on=raised + timedelta(days=3),
                wrapped_key=wrapped,
                sealed=seal_json(key, {"text": "鶉野さんの件", "telephone": ""}, "x"),
            )
            session.add(escalation)
            session.flush()
            answered: date | None = one["answered"]  # type: ignore[assignment]
            if answered is not None:
                session.add(
                    EscalationAnswer(
                        escalation_id=escalation.id,
                        source="paper",
                        instruction_no=one["no"],
                        instruction_date=answered,
                        answered_by=staff_id,
                        answered_at=at(answered, 9),
                        sealed=b"",
                    )
                )
    month.escalations = rows
