"""Storing counts day by day.

Equal numbers change nothing; other numbers need a reason, and the former version is kept.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from portal.domain.contacts.telephony.day_comparison import Difference, Stored, compare
from portal.domain.contacts.telephony.day_versions import half_hour_sums
from portal.domain.contacts.telephony.kinds import Reason, Source
from portal.domain.contacts.telephony.kpi import FIELDS
from portal.domain.contacts.telephony.layouts import CountsLayout
from portal.domain.contacts.telephony.models import CallCount, CountDay, CountImport
from portal.domain.contacts.telephony.queries import is_over
from portal.domain.contacts.telephony.reading import CountsFile, read_counts
from portal.domain.contacts.telephony.row_reader import CountRow, Days
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work


class Delivery(Struct, frozen=True):
    """The source of counts, and the reason to replace stored ones (None: they are not replaced).

    ``layout`` and ``sha256`` are those of a file.
    """

    source: Source
    reason: Reason | None = None
    layout: str = ""
    sha256: str = ""


class CountsDifferError(ConflictError):
    """Days have other numbers already; nothing was stored. ``differences`` lists them."""

    code = "counts_differ"

    def __init__(self, differences: list[Difference]) -> None:
        super().__init__(
            _s(
                "もう数字のある日が、違う数字で入っています。置き換えるときは、"
                "理由を選んでください。"
            )
        )
        self.differences = tuple(differences)


def import_file(work: Work, file: CountsFile, *, reason: Reason | None = None) -> Stored:
    """Store a file of the telephone system; replacing complete days needs ``reason``.

    Raises:
        CountsFileError: a row is invalid; nothing is stored.
        CountsDifferError: days have other numbers and there is no reason; nothing is stored.
        InputError: the file's "within N seconds" is not the program's.
        ConflictError: somebody stored the same day at this moment.
    """
    refuse_other_seconds(work.program, file.layout)
    contract = work.program.contract
    days = Days(contract.first_day, min(jst_date(work.now), contract.last_day))
    rows = read_counts(file, days)
    digest = hashlib.sha256(file.data).hexdigest()
    return store(work, rows, Delivery(Source.FILE, reason, file.layout.key, digest))


def refuse_other_seconds(program: Program, layout: CountsLayout) -> None:
    """Refuse a layout whose "within N seconds" is not the program's service level.

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


def store(work: Work, rows: Iterable[CountRow], delivery: Delivery) -> Stored:
    """Store whole days, all of them or none.

    Raises:
        CountsDifferError: complete days have other numbers and there is no reason.
        ConflictError: somebody stored the same day at this moment.
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("数字を入れられるのは、アカウントのある職員だけです。"))
    by_day = _grouped(rows)
    compared = compare(work, by_day)
    if compared.differences and delivery.reason is None:
        raise CountsDifferError(list(compared.differences.values()))
    coming = {day: by_day[day] for day in sorted(by_day) if day not in compared.same}
    imported = CountImport(
        source=delivery.source.value,
        layout=delivery.layout,
        sha256=delivery.sha256,
        imported_by=work.actor.id,
        imported_at=work.now,
        rows=sum(len(rows) for rows in coming.values()),
    )
    given = delivery.reason.value if delivery.reason and compared.differences else None
    if coming:
        for version in compared.replaced.values():
            version.replaced_at = work.now
        work.session.flush()
        _insert(work, imported, coming, compared.reasons(given))
    done = compared.outcome(coming)
    _record_stored(work, imported, done, given)
    return done


def _record_stored(work: Work, imported: CountImport, done: Stored, reason: str | None) -> None:
    record(
        work,
        "telephony.stored",
        "telephony_import",
        source=imported.source,
        layout=imported.layout,
        new=[day.isoformat() for day in done.new],
        same=len(done.same),
        replaced=[day.isoformat() for day in done.replaced],
        reason=reason,
    )


def _insert(
    work: Work,
    source: CountImport,
    by_day: Mapping[date, list[CountRow]],
    reasons: Mapping[date, str],
) -> None:
    """Store new versions of days; ``reasons`` has one for each day that had a version."""
    work.session.add(source)
    work.session.flush()
    versions = {
        day: CountDay(
            day=day,
            import_id=source.id,
            whole=is_over(work.program, day, source.imported_at),
            reason=reasons.get(day),
            halves=half_hour_sums(by_day[day]),
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


def _grouped(rows: Iterable[CountRow]) -> dict[date, list[CountRow]]:
    by_day: dict[date, list[CountRow]] = {}
    for row in rows:
        by_day.setdefault(row.day, []).append(row)
    return by_day
