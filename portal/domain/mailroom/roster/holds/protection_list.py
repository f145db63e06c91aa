"""Load protection from the ward's separate list of household or person numbers."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.portions import portions
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.services import became, take_in
from portal.domain.foundation.transfers.sheets import Arrival
from portal.domain.foundation.work import Work
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.checks.characters import digits_of
from portal.domain.mailroom.roster.holds.naming import named
from portal.domain.mailroom.roster.holds.services import put_hold
from portal.domain.people.households.models import Child, Hold, Household
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.domain.people.households.records import household_digest, open_household, person_digest
from portal.domain.people.households.states import HoldState
from portal.domain.people.signin.ending import end_sign_ins
from portal.domain.requests.recipients.protected import leave_to_ward
from portal.domain.requests.redeliveries.matching import leave_unmatched_to_ward

AT_ONCE = 500
MAX_BYTES = 20_000_000


class NumberKind(StrEnum):
    """Whether a list has the numbers of households or of persons."""

    HOUSEHOLD = "household"
    PERSON = "person"


class ProtectionList(Struct, frozen=True):
    """The result of loading a list.

    ``released_before`` are households that were released earlier and stay so; ``unknown`` are
    numbers that nobody has. ``transfer`` is the hand-over of its file: a list that differs from its
    sheet protects all the same, but the difference stays open.
    """

    households: int
    held: int
    released_before: int
    unknown: tuple[str, ...]
    transfer: FileTransfer | None = None


def read_list(path: Path, column: str) -> "ListFile":
    """Return the numbers in one column of a CSV file, each once, in file order.

    The file is UTF-8 or CP932 and has a header.

    Raises:
        InputError: no such column, no number, or no CSV of these encodings.
    """
    data = path.read_bytes()
    rows = _rows(data)
    header = [name.strip() for name in rows[0]] if rows else []
    if header.count(column) != 1:
        raise InputError(
            _s(
                "支援措置の一覧に「%(column)s」という列がありません。--column "
                "で列の見出しを指定してください。"
            )
            % {"column": column}
        )
    place = header.index(column)
    values = [row[place].strip() for row in rows[1:] if len(row) > place and row[place].strip()]
    if not values:
        raise InputError(
            _s(
                "支援措置の一覧に番号がありません。対象者がいないときは portal roster "
                "protection none を使ってください。"
            )
        )
    numbers = tuple(dict.fromkeys(digits_of(value) for value in values))
    counted = Figures(rows=len(values), sha256=hashlib.sha256(data).hexdigest())
    return ListFile(numbers, Arrival(TransferKind.PROTECTION_LIST, path.name, counted))


@dataclass(frozen=True, slots=True)
class ListFile:
    """The numbers of a list's file, each once, and the file as we counted it."""

    numbers: tuple[str, ...] = field(repr=False)
    arrival: Arrival


def _rows(data: bytes) -> list[list[str]]:
    """Return the rows of a CSV file of a known encoding. Raises InputError."""
    text = _text(data) if len(data) <= MAX_BYTES else None
    if text is None:
        raise InputError(
            _s(
                "支援措置の一覧を読めません。20メガバイトまでの、UTF-8 か CP932 の CSV "
                "にしてください。"
            )
        )
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise InputError(
            _s("支援措置の一覧を CSV として読めません。引用符が閉じているか確かめてください。")
        ) from None


def _text(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


@dataclass(frozen=True, slots=True)
class ListedNumbers:
    """The numbers of a list, whether they are of households or persons, and its file."""

    kind: NumberKind
    numbers: Sequence[str] = field(repr=False)
    arrival: Arrival | None = None


def load_list(work: Work, listed: ListedNumbers, *, again: bool = False) -> ProtectionList:
    """Protect and hold the households of a list.

    A household whose protection the ward released before stays released, unless ``again`` says that
    the list is newer than the release. A release that only waits to be confirmed is closed.
    """
    of_households = listed.kind is NumberKind.HOUSEHOLD
    found = (_of_households if of_households else _of_people)(work, listed.numbers)
    households = sorted(set(found.values()))
    held = before = 0
    for household_id in households:
        household = work.session.get_one(
            Household, household_id, with_for_update=True, populate_existing=True
        )
        if not household.protected and not again and _released(work.session, household_id):
            before += 1
            continue
        named(work, household, ProtectionSource.LIST)
        if household.protected:
            continue
        household.protected = True
        end_sign_ins(work, household_id)
        household.changed_at = work.now
        put_hold(work, household, codes.W01_PROTECTED, source="list")
        held += 1
    leave_to_ward(work)
    leave_unmatched_to_ward(work)
    record(work, "protection.list", "protection", households=len(households), held=held)
    record_protection(work, ProtectionSource.LIST)
    work.session.flush()
    unknown = tuple(number for number in listed.numbers if number not in found)
    transfer = _counted(work, listed.arrival) if listed.arrival is not None else None
    return ProtectionList(len(households), held, before, unknown, transfer)


def _counted(work: Work, arrival: Arrival) -> FileTransfer:
    """Count a list against its sheet; it is kept even if it differs, so that nobody is exposed."""
    row = take_in(work, arrival)
    became(work, row, "protection_list", row.id)
    return row


def _released(session: Session, household_id: int) -> bool:
    query = select(Hold.id).where(
        Hold.household_id == household_id,
        Hold.code == codes.W01_PROTECTED,
        Hold.state == HoldState.RELEASED,
    )
    return session.scalar(query.limit(1)) is not None


def _of_households(work: Work, numbers: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in portions(numbers, AT_ONCE):
        number_of = {household_digest(work.vault, number): number for number in part}
        query = select(Household.number_digest, Household.id).where(
            Household.number_digest.in_(number_of)
        )
        found |= {number_of[digest]: key for digest, key in work.session.execute(query)}
    return found


def _of_people(work: Work, numbers: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in portions(numbers, AT_ONCE):
        number_of = {person_digest(work.vault, number): number for number in part}
        query = select(Child.person_digest, Child.household_id).where(
            Child.person_digest.in_(number_of)
        )
        found |= {number_of[digest]: key for digest, key in work.session.execute(query)}
    wanted = set(numbers)
    query_all = select(
        Household.id, Household.wrapped_key, Household.sealed, Household.number_digest
    )
    for key, wrapped, sealed, digest in work.session.execute(
        query_all.execution_options(yield_per=AT_ONCE)
    ):
        person = open_household(work.vault.unwrap(wrapped), sealed, digest).person_no
        if person in wanted:
            found[person] = key
    return found
