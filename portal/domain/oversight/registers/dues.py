"""What is missing, overdue or running out in the registers."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy import select

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.subcontractors.kinds import Purpose
from portal.domain.letters.subcontractors.queries import Link, in_chains
from portal.domain.letters.subcontractors.states import CompanyState
from portal.domain.oversight.registers.kinds import (
    REGISTERS,
    Register,
    RegisterKind,
    Result,
)
from portal.domain.oversight.registers.models import RegisterEntry
from portal.domain.oversight.registers.person_requests import reminders
from portal.domain.oversight.registers.queries import people_to_record
from portal.domain.oversight.registers.self_checks import Standing, standings
from portal.domain.oversight.registers.states import EntryState

SOON = timedelta(days=60)
"""How long before its last day an entry is announced: a certificate takes weeks to renew."""
SHARE = 4
"""What repeats sooner than every eight months is announced in the last quarter of its time."""
CONSULTED_BEFORE = timedelta(days=14)
"""The post office is consulted two weeks before the first letters (7(3)3) at the latest."""


INSPECTED_WITHIN = timedelta(days=10)
"""支払遅延防止法 5: the ward inspects within ten days of the notice."""
_OVER = (EntryState.ENDED, EntryState.REPLACED)
_WITHOUT_LAST_DAY = (EntryState.SUSPENDED, EntryState.CONFIRMED, EntryState.REJECTED)


class Due(Struct, frozen=True):
    """One thing to do; ``late`` if it should be done already, else it comes."""

    kind: RegisterKind
    late: bool
    sentence: str


def dues(work: Work) -> list[Due]:
    """Return what is to be done in all registers, what is late first."""
    today = jst_date(work.now)
    people = people_to_record(work.session)
    counting = select(RegisterEntry).where(RegisterEntry.state.not_in(_OVER))
    rows: dict[str, list[RegisterEntry]] = {}
    for row in work.session.scalars(counting.order_by(RegisterEntry.day)):
        rows.setdefault(row.kind, []).append(row)
    found: list[Due] = []
    for kind, register in REGISTERS.items():
        those = rows.get(kind, [])
        found += _of_entries(kind, those, today)
        found += _of_result(kind, those)
        if register.of_a_person:
            found += _of_people(kind, those, people, today)
        elif register.at_least_one:
            found += _of_all(kind, those, _needed_from(kind, work.program), today)
    found += _of_companies(work, today)
    found += [
        Due(RegisterKind.DISCLOSURE, one.late, one.sentence)
        for one in reminders(work.session, today)
    ]
    if today >= work.program.contract.first_day:
        found += [due for one in standings(work) for due in _of_check(one)]
    return sorted(found, key=lambda due: not due.late)


def late_count(work: Work) -> int:
    """Return how many things are late."""
    return sum(due.late for due in dues(work))


def _needed_from(kind: RegisterKind, program: Program) -> date:
    """Return the first day on which a register may not be empty."""
    if kind is RegisterKind.POST_OFFICE:
        return program.windows.delivery.first_day - CONSULTED_BEFORE
    first = program.contract.first_day
    if kind is RegisterKind.COMPLETION:
        return program.contract.last_day + timedelta(days=1)
    if REGISTERS[kind].filed:
        return first
    repeats = REGISTERS[kind].repeats
    return first if repeats is None else first + repeats


def _of_entries(kind: RegisterKind, rows: list[RegisterEntry], today: date) -> Iterator[Due]:
    for row in rows:
        if row.state == EntryState.SUSPENDED:
            yield Due(kind, True, _s("停止しています。区と協議し、その番号を記録してください。"))
        elif row.state == EntryState.WAITING and not REGISTERS[kind].stepped:
            yield Due(kind, False, _waiting(kind, row.day, today) % _day(row.day))
        elif row.state == EntryState.REJECTED:
            yield _of_rejected(kind, row, today)
        if row.until is None or row.state in _WITHOUT_LAST_DAY:
            continue
        if row.until < today:
            yield Due(kind, True, _s("%(day)s に期限が切れました。") % _day(row.until))
        elif row.until < today + SOON:
            yield Due(kind, False, _s("%(day)s に期限が切れます。") % _day(row.until))


def _waiting(kind: RegisterKind, day: date, today: date) -> str:
    if kind is RegisterKind.COMPLETION and today > day + INSPECTED_WITHIN:
        return _s("%(day)s の届の検査を、区に尋ねてください。検査の期限（10日）を過ぎました。")
    return _s("%(day)s の分が、区の確認を待っています。")


def _of_rejected(kind: RegisterKind, row: RegisterEntry, today: date) -> Due:
    until = row.until or row.day
    text = _s("区の検査で不合格です。%(day)s までに直して、出し直してください。")
    if until < today:
        text = _s("区の検査で不合格のまま、出し直す期限（%(day)s）を過ぎました。")
    return Due(kind, until < today, text % _day(until))


def _of_companies(work: Work, today: date) -> Iterator[Due]:
    """Yield what is due with the subcontractors that have the ward's consent, and those below."""
    for link in in_chains(work.session):
        row, name = link.row, {"name": link.path}
        if row.state != CompanyState.CONSENTED:
            continue
        kind, until = RegisterKind.CERTIFICATE, row.certificate_until
        if until is None and row.purpose == Purpose.MAIL_HOUSE:
            text = _s("再委託先「%(name)s」の認証の記録がありません。再委託先の画面で記録します。")
            yield Due(kind, True, text % name)
        elif until is not None and until < today:
            text = _s("再委託先「%(name)s」の認証は、%(day)s に期限が切れました。")
            yield Due(kind, True, text % {**name, **_day(until)})
        elif until is not None and until < today + SOON:
            text = _s("再委託先「%(name)s」の認証は、%(day)s に期限が切れます。")
            yield Due(kind, False, text % {**name, **_day(until)})
        yield from _of_work_until(link, today)


def _of_work_until(link: Link, today: date) -> Iterator[Due]:
    until = link.row.work_until
    if until is None or until >= today + SOON:
        return
    text = _s("再委託先「%(name)s」の仕事は、%(day)s までです。")
    if until < today:
        text = _s(
            "再委託先「%(name)s」の仕事は、%(day)s に終わりました。"
            "廃棄証明書を受け取り、再委託先の画面で終わりにしてください。"
        )
    said = text % {"name": link.path, **_day(until)}
    yield Due(RegisterKind.SUB_DISPOSAL, until < today, said)


def _of_check(one: Standing) -> Iterator[Due]:
    kind, what = RegisterKind.SELF_CHECK, {"what": one.subject.label}
    if one.is_late:
        text = _s("「%(what)s」の自己点検を、1か月以上していません。")
        yield Due(kind, True, text % what)
    elif one.wanting:
        text = _s("「%(what)s」の自己点検で見つかったことが、直っていません。")
        yield Due(kind, True, text % what)
    elif one.is_coming and one.by_a_person:
        text = _s("「%(what)s」の自己点検の期限は %(day)s です。")
        yield Due(kind, False, text % {**what, "day": f"{one.next_due}"})


def _of_people(
    kind: RegisterKind, rows: list[RegisterEntry], people: Mapping[int, str], today: date
) -> Iterator[Due]:
    register = REGISTERS[kind]
    last = {row.staff_id: row.day for row in rows}
    ends = {key: _next_day(register, last.get(key)) for key in people}
    missing = [people[key] for key, end in ends.items() if end is None or end < today]
    if missing:
        text = _s("記録のない職員が %(count)d 人います: %(names)s")
        yield Due(kind, True, text % _named(missing))
    soon = today + _announced(register)
    coming = [people[key] for key, end in ends.items() if end is not None and today <= end < soon]
    if coming:
        text = _s("次の回の期限が近い職員が %(count)d 人います: %(names)s")
        yield Due(kind, False, text % _named(coming))


def _of_result(kind: RegisterKind, rows: list[RegisterEntry]) -> Iterator[Due]:
    newest = max(rows, key=lambda row: (row.day, row.id), default=None)
    if newest is not None and newest.result == Result.FAILED:
        text = _s("%(day)s の訓練で見つかったことを直し、もう一度行って記録してください。")
        yield Due(kind, True, text % _day(newest.day))


def _named(names: list[str]) -> dict[str, object]:
    return {"count": len(names), "names": "、".join(names[:5])}


def _next_day(register: Register, day: date | None) -> date | None:
    """Return the last day (JST) for the next entry; None if there is no entry yet."""
    if day is None:
        return None
    return date.max if register.repeats is None else day + register.repeats


def _announced(register: Register) -> timedelta:
    return SOON if register.repeats is None else min(SOON, register.repeats / SHARE)


def _of_all(
    kind: RegisterKind, rows: list[RegisterEntry], needed_from: date, today: date
) -> Iterator[Due]:
    register = REGISTERS[kind]
    last = max((row.day for row in rows), default=None)
    if last is None:
        if today >= needed_from:
            yield Due(kind, True, _s("記録がまだありません。"))
        elif today >= needed_from - _announced(register):
            last_day = needed_from - timedelta(days=1)
            yield Due(kind, False, _s("%(day)s までに記録してください。") % _day(last_day))
        return
    end = _next_day(register, last)
    if end is None or end == date.max:
        return
    if end < today:
        yield Due(
            kind, True, _s("前の記録は %(day)s です。次の記録の期限を過ぎました。") % _day(last)
        )
    elif end < today + _announced(register):
        yield Due(kind, False, _s("次の記録の期限は %(day)s です。") % _day(end))


def _day(day: date) -> dict[str, str]:
    return {"day": day.isoformat()}
