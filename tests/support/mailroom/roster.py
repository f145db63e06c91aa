"""Imports of invented extracts that change from file to file, as a ward's register does."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, select

from portal.demo.extract import Extract, make_extract
from portal.demo.families import ExtractPlan, Family
from portal.demo.ward import TOWNS
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.mailroom.roster.checks.check import RosterReport, check_file
from portal.domain.mailroom.roster.checks.rows import RosterRules
from portal.domain.mailroom.roster.files.layout import find_layout
from portal.domain.mailroom.roster.imports.importer import Imported, Importer
from portal.domain.mailroom.roster.models import RosterDifference
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.queries import Total, totals
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.queries import HouseholdView, open_holds, view_household
from portal.domain.people.households.records import household_digest
from portal.platform.database import Database
from tests.support.coupons import VAULT
from tests.support.sample_ward import sample_program
from tests.support.transfers import announced, expecting, extract_figures
from tests.support.work import source_of, work_in

NOW = datetime(2023, 6, 1, tzinfo=UTC)
SMALL = ExtractPlan(households=12, seed=21, clean=True)


def rules_for(plan: ExtractPlan) -> RosterRules:
    return RosterRules(
        base_date=plan.base_date,
        birth_from=plan.birth_from,
        birth_to=plan.birth_to,
        extracted=plan.extracted,
        unit_yen=plan.unit_yen,
        towns={postal: frozenset({town}) for postal, town in TOWNS},
    )


def importer(database: Database, expected: int | None = None) -> Importer:
    program = expecting(sample_program(), expected)
    source = source_of(database, FixedClock(NOW), program=program)
    return Importer(source, 30_000)


def enter_sheet(database: Database, path: Path, report: RosterReport) -> None:
    """Enter the sheet that the ward gave with a file that is whole."""
    figures = extract_figures(report.totals, path.read_bytes())
    with database.write() as session:
        announced(work_in(session, now=NOW), TransferKind.EXTRACT, path, figures)


@dataclass
class Ward:
    """A ward that hands over one extract after the other."""

    database: Database
    folder: Path
    plan: ExtractPlan = SMALL
    layout: str = "sample"
    handed_over: int = 0
    report: RosterReport | None = field(default=None)

    def extract(self, *changes: Callable[[Extract], object]) -> Extract:
        """The register as it was, with these changes."""
        extract = make_extract(self.plan)
        for change in changes:
            change(extract)
        return extract

    def write(self, extract: Extract) -> Path:
        self.handed_over += 1
        return extract.write(self.folder / f"extract-{self.handed_over}", self.layout)[self.layout]

    def hand_over(self, *changes: Callable[[Extract], object]) -> Imported:
        """Hand the changed extract over and import it; differences wait."""
        return self.take(self.write(self.extract(*changes)))

    def take(self, path: Path) -> Imported:
        self.report = check_file(path, find_layout(self.layout), rules_for(self.plan))
        enter_sheet(self.database, path, self.report)
        return importer(self.database).run(path, self.report)

    def apply(self, imported: Imported) -> None:
        importer(self.database).apply(imported.import_id)

    def change(self, *changes: Callable[[Extract], object]) -> dict[str, int]:
        """Hand a changed extract over, apply it and return the differences."""
        imported = self.hand_over(*changes)
        assert imported.state == "staged"
        self.apply(imported)
        return imported.differences

    def key(self, family: Family | str) -> int:
        number = family if isinstance(family, str) else family.number
        with self.database.read() as session:
            digest = household_digest(VAULT, number)
            found = session.scalar(select(Household.id).where(Household.number_digest == digest))
        assert found is not None
        return found

    def view(self, family: Family | str) -> HouseholdView:
        key = self.key(family)
        with self.database.read() as session:
            return view_household(work_in(session), key)

    def holds(self, family: Family | str) -> list[str]:
        key = self.key(family)
        with self.database.read() as session:
            return [hold.code for hold in open_holds(session, key)]

    def states(self, family: Family | str) -> list[str]:
        """The states of a household's entitlements, in the order of the children."""
        key = self.key(family)
        with self.database.read() as session:
            query = (
                select(Entitlement.state)
                .where(Entitlement.household_id == key)
                .order_by(Entitlement.child_id)
            )
            return list(session.scalars(query))

    def total(self) -> Total:
        with self.database.read() as session:
            return totals(session).all

    def kinds(self, import_id: int) -> list[str]:
        with self.database.read() as session:
            query = select(RosterDifference.kind).where(RosterDifference.import_id == import_id)
            return sorted(session.scalars(query))

    def all_holds(self) -> dict[str, list[str]]:
        """The codes of open holds by household number."""
        found: dict[str, list[str]] = {}
        with self.database.read() as session:
            for key, code in session.execute(
                select(Hold.household_id, Hold.code).where(Hold.state == "open").order_by(Hold.code)
            ).all():
                found.setdefault(view_household(work_in(session), key).fields.number, []).append(
                    code
                )
        return found


def fingerprint(database: Database, *without: str) -> dict[str, Any]:
    """Count and digest of every table's rows: two equal ones mean that nothing changed."""
    metadata = MetaData()
    metadata.reflect(database.engine)
    found = {}
    with database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name not in without:
                rows = sorted(repr(tuple(row)) for row in connection.execute(table.select()))
                found[table.name] = (
                    len(rows),
                    hashlib.sha256("\n".join(rows).encode()).hexdigest(),
                )
    return found


def later(day: date) -> str:
    """A day as the extract writes it."""
    from portal.demo.families import write_era

    return write_era(day)
