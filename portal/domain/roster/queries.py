"""Reading imports: their list, the rows that were not taken, and what is held, with reason and remedy."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.households.models import Hold, Household
from portal.domain.households.records import open_household
from portal.domain.roster.models import RosterDifference, RosterImport, RosterRow
from portal.domain.vault import Vault, unseal_json


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A rejected or excluded row, with the numbers as the ward wrote them."""

    import_id: int
    record: int
    line: int
    household_no: str
    person_no: str
    result: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldHousehold:
    """A held household with the codes of its open holds; the number is opened only for those who may see it."""

    household_id: int
    household_no: str
    protected: bool
    codes: tuple[str, ...]


def imports(session: Session, limit: int = 50) -> list[RosterImport]:
    """Return the latest imports, newest first."""
    return list(session.scalars(select(RosterImport).order_by(RosterImport.id.desc()).limit(limit)))


def rows_not_taken(
    session: Session,
    vault: Vault,
    import_id: int,
    *,
    result: str = "reject",
    after: int = 0,
    limit: int | None = None,
) -> Iterator[NotTaken]:
    """Yield the rows of an import that were rejected (or excluded), in file order from record ``after`` on."""
    found = session.get_one(RosterImport, import_id)
    key = vault.unwrap(found.wrapped_key)
    query = (
        select(RosterRow)
        .where(RosterRow.import_id == import_id, RosterRow.result == result, RosterRow.record > after)
        .order_by(RosterRow.record)
        .limit(limit)
    )
    for row in session.scalars(query):
        numbers = unseal_json(key, row.sealed, f"row:{row.record}")
        yield NotTaken(
            import_id, row.record, row.line, numbers["household_no"], numbers["person_no"], row.result,
            tuple(row.codes),
        )  # fmt: skip


def held_households(
    session: Session, vault: Vault, *, code: str | None = None, include_protected: bool, after: int = 0,
    limit: int | None = None,
) -> Iterator[HeldHousehold]:  # fmt: skip
    """Yield households with open holds, by key from ``after`` on."""
    wanted = select(Hold.household_id).where(Hold.state == "open")
    if code is not None:
        wanted = wanted.where(Hold.code == code)
    query = (
        select(Household)
        .where(Household.id.in_(wanted), Household.id > after)
        .order_by(Household.id)
        .limit(limit)
    )
    if not include_protected:
        query = query.where(Household.protected.is_(False))
    for household in session.scalars(query):
        codes = session.scalars(
            select(Hold.code)
            .where(Hold.household_id == household.id, Hold.state == "open")
            .order_by(Hold.code)
        ).all()
        fields = open_household(
            vault.unwrap(household.wrapped_key), household.sealed, household.number_digest
        )
        yield HeldHousehold(household.id, fields.number, household.protected, tuple(dict.fromkeys(codes)))


def hold_counts(session: Session, *, include_protected: bool) -> dict[str, int]:
    """Return how many households wait for each kind of hold."""
    query = (
        select(Hold.code, func.count(Hold.household_id.distinct()))
        .join(Household, Household.id == Hold.household_id)
        .where(Hold.state == "open")
        .group_by(Hold.code)
        .order_by(Hold.code)
    )
    if not include_protected:
        query = query.where(Household.protected.is_(False))
    return {code: count for code, count in session.execute(query)}  # noqa: C416  (dict() of rows does not type)


def differences(session: Session, import_id: int, limit: int = 200) -> list[RosterDifference]:
    """Return the differences of an import in the order in which they are applied."""
    return list(
        session.scalars(
            select(RosterDifference)
            .where(RosterDifference.import_id == import_id)
            .order_by(RosterDifference.id)
            .limit(limit)
        )
    )
