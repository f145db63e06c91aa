"""Storing counts day by day.

The same day again is nothing new, other numbers only with a reason and kept history.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.contacts.telephony.kpi import FIELDS, Counts, total
from portal.domain.contacts.telephony.layouts import CountsLayout
from portal.domain.contacts.telephony.models import CallCount, CountDay, CountImport
from portal.domain.contacts.telephony.queries import is_over
from portal.domain.contacts.telephony.reading import CountRow, read_counts
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work

FILE, TYPED = "file", "typed"
NOT_OVER = "not_over"
KEPT = ("offered", "answered", "abandoned", "busy", "short_abandoned")
"""What a version of a day keeps of each half hour."""


class Reason(StrEnum):
    """Why other numbers take the place of a day's."""

    CORRECTED = "corrected"
    MISTAKE = "mistake"
    FILE_CAME = "file_came"


@dataclass(frozen=True, slots=True)
class Difference:
    """A day whose stored counts differ from the new ones; both are sums of the day."""

    day: date
    before: Counts
    after: Counts


class CountsDifferError(ConflictError):
    """The days are there already with other numbers; nothing was stored.

    ``differences`` says which.
    """

    code = "counts_differ"

    def __init__(self, differences: list[Difference]) -> None:
        super().__init__(
            _s(
                "もう数字のある日が、違う数字で入っています。置き換えるときは、"
                "理由を選んでください。"
            )
        )
        self.differences = tuple(differences)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of each day.

    Stored for the first time, already there, or put in the place of others.
    """

    new: tuple[date, ...]
    same: tuple[date, ...]
    replaced: tuple[date, ...]


def import_file(
    work: Work, layout: CountsLayout, data: bytes, *, reason: Reason | None = None
) -> Stored:
    """Store a file of the telephone system.

    Days that are over need ``reason`` where they have other numbers.

    Raises:
        CountsFileError: any row is wrong; nothing is stored.
        CountsDifferError: days have other numbers and there is no reason; nothing is stored.
        InputError: the file's "within N seconds" is not the program's.
        ConflictError: somebody stored the same day at this moment.
    """
    refuse_other_seconds(work.program, layout)
    last = min(jst_date(work.now), work.program.contract.last_day)
    rows = read_counts(data, layout, work.program.contract.first_day, last)
    digest = hashlib.sha256(data).hexdigest()
    return store(work, rows, FILE, reason=reason, layout=layout.key, sha256=digest)


def refuse_other_seconds(program: Program, layout: CountsLayout) -> None:
    """Refuse a layout whose "within N seconds" is not what the program's service level means.

    Raises InputError.
    """
    wanted = program.calls.service_level_seconds
    if layout.within_seconds and layout.within_seconds != wanted:
        raise InputError(
            _s(
                "このレイアウトは%(found)d秒以内の応答を数えますが、"
                "事業の設定は%(wanted)d秒です。どちらかを直してください。"
            )
            % {"found": layout.within_seconds, "wanted": wanted}
        )


def store(
    work: Work,
    rows: Iterable[CountRow],
    source: str,
    *,
    reason: Reason | None,
    layout: str = "",
    sha256: str = "",
) -> Stored:
    """Store whole days; all of them or none.

    Raises:
        CountsDifferError: days that are over have other numbers and there is no reason.
        ConflictError: somebody stored the same day at this moment.
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("数字を入れられるのは、アカウントのある職員だけです。"))
    by_day: dict[date, list[CountRow]] = {}
    for row in rows:
        by_day.setdefault(row.day, []).append(row)
    current = _current(work.session, by_day)
    stored = _rows_of(work.session, [day.id for day in current.values()])
    same = [
        day
        for day, version in current.items()
        if _numbers(stored[version.id]) == _numbers(by_day[day])
        and version.whole == is_over(work.program, day, work.now)
    ]
    other = [day for day in current if day not in same]
    over = [day for day in other if current[day].whole]
    if over and reason is None:
        raise CountsDifferError(
            [
                Difference(
                    day,
                    total([row.counts for row in stored[current[day].id]]),
                    total([row.counts for row in by_day[day]]),
                )
                for day in over
            ]
        )
    coming = [day for day in sorted(by_day) if day not in same]
    if coming:
        for day in other:
            current[day].replaced_at = work.now
        work.session.flush()
        _insert(
            work,
            {day: by_day[day] for day in coming},
            over,
            other,
            reason,
            CountImport(
                source=source,
                layout=layout,
                sha256=sha256,
                imported_by=work.actor.id,
                imported_at=work.now,
                rows=sum(len(by_day[day]) for day in coming),
            ),
        )
    record(
        work,
        "telephony.stored",
        "telephony_import",
        source=source,
        layout=layout,
        new=[day.isoformat() for day in coming if day not in other],
        same=len(same),
        replaced=[day.isoformat() for day in sorted(other)],
        reason=reason.value if reason and over else None,
    )
    return Stored(
        new=tuple(day for day in coming if day not in other),
        same=tuple(sorted(same)),
        replaced=tuple(sorted(other)),
    )


def _insert(
    work: Work,
    by_day: Mapping[date, list[CountRow]],
    over: Collection[date],
    other: Collection[date],
    reason: Reason | None,
    source: CountImport,
) -> None:
    work.session.add(source)
    work.session.flush()
    versions = {
        day: CountDay(
            day=day,
            import_id=source.id,
            whole=is_over(work.program, day, source.imported_at),
            reason=(reason.value if reason and day in over else NOT_OVER) if day in other else None,
            halves=_halves(by_day[day]),
        )
        for day in by_day
    }
    work.session.add_all(versions.values())
    try:
        work.session.flush()
    except IntegrityError:
        raise ConflictError(
            _s("同じ日の数字を、ほかの人がいま入れました。画面を開きなおして、確かめてください。")
        ) from None
    values = [
        {
            "day_id": versions[day].id,
            "half_hour": row.half_hour,
            "language": row.language,
            "line": row.line,
        }
        | {name: getattr(row.counts, name) for name in FIELDS}
        for day, rows in by_day.items()
        for row in rows
    ]
    work.session.execute(insert(CallCount), values)


def _halves(rows: Iterable[CountRow]) -> dict[str, list[int | None]]:
    """Return the sums by half hour, each in the order of ``KEPT``."""
    sums: dict[str, Counts] = {}
    for row in rows:
        key = str(row.half_hour)
        sums[key] = sums.get(key, Counts()) + row.counts
    return {key: [getattr(counts, name) for name in KEPT] for key, counts in sums.items()}


def _current(session: Session, days: Collection[date]) -> dict[date, CountDay]:
    """Return the versions that count, locked: whoever replaces the same day at this moment waits."""
    found = session.scalars(
        select(CountDay)
        .where(CountDay.day.in_(sorted(days)), CountDay.replaced_at.is_(None))
        .order_by(CountDay.day)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {version.day: version for version in found}


def _rows_of(session: Session, version_ids: Collection[int]) -> dict[int, list[CountRow]]:
    found: dict[int, list[CountRow]] = {key: [] for key in version_ids}
    statement = (
        select(CallCount, CountDay.day)
        .join(CountDay, CountDay.id == CallCount.day_id)
        .where(CallCount.day_id.in_(version_ids))
    )
    for row, day in session.execute(statement):
        counts = Counts(**{name: getattr(row, name) for name in FIELDS})
        found[row.day_id].append(CountRow(day, row.half_hour, row.language, row.line, counts))
    return found


def _numbers(rows: Iterable[CountRow]) -> set[tuple[object, Counts]]:
    return {(row.place, row.counts) for row in rows}
