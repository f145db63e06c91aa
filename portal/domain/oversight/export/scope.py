"""Selecting the rows of a ledger: whole tables, or tables without protected households."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.foundation.base import Base
from portal.domain.people.households.models import Household

Column = InstrumentedAttribute[Any]
Rows = Select[*tuple[Any, ...]]
AT_ONCE = 2_000


class LedgerName(StrEnum):
    """The files of ledgers in an export; the ward's own programs read them by these names."""

    HOUSEHOLDS = "households"
    ENTITLEMENTS = "entitlements"
    HOLDS = "holds"
    COUPONS = "coupons"
    COUPON_BATCHES = "coupon_batches"
    ISSUER_STATEMENTS = "issuer_statements"
    COUPON_FAULTS = "coupon_faults"
    LETTERS = "letters"
    LETTERS_WITHOUT_ID = "letters_without_id"
    PRINT_RUNS = "print_runs"
    PRINT_PROOFS = "print_proofs"
    PRINT_ARCHIVES = "print_archives"
    CARD_PRINTS = "card_prints"
    OTHER_MAIL = "other_mail"
    DISPATCHES = "dispatches"
    SHIPMENTS = "shipments"
    TRACKING_EVENTS = "tracking_events"
    RETURNED_MAIL = "returned_mail"
    REQUESTS_STATISTICS = "requests_statistics"
    DECLINES = "declines"
    ALTERNATIVES = "alternatives"
    PARCELS = "parcels"
    STOCK = "stock"
    STOCK_RANGES = "stock_ranges"
    STOCK_LEDGER = "stock_ledger"
    INCIDENTS = "incidents"
    DOWNTIME = "downtime"
    SITE_NOTICES = "site_notices"
    CALLS_STATISTICS = "calls_statistics"
    TELEPHONY_COUNTS = "telephony_counts"
    ROSTER_IMPORTS = "roster_imports"
    SETTLEMENT_LINES = "settlement_lines"
    REPORT_STATES = "report_states"
    REPORT_VERSIONS = "report_versions"
    SUBCONTRACTORS = "subcontractors"
    SENT_FILES = "sent_files"
    FILE_TRANSFERS = "file_transfers"
    DOCUMENT_VERSIONS = "document_versions"
    DOCUMENT_USES = "document_uses"
    STAFF = "staff"
    APPROVALS = "approvals"
    AUDIT_EVENTS = "audit_events"


class Ledger(Struct, frozen=True):
    """One file of rows: its name, its columns, and its statement.

    ``statement`` takes whether protected households are included.
    """

    name: LedgerName
    columns: Sequence[str]
    statement: Callable[[bool], Rows]

    def rows(self, session: Session, *, with_protected: bool) -> Iterator[Sequence[object]]:
        """Yield the rows in portions."""
        found = session.execute(self.statement(with_protected).execution_options(yield_per=AT_ONCE))
        for row in found:
            yield tuple(row)


def protected() -> Rows:
    """Select the keys of the households that are visible to the ward only."""
    return select(Household.id).where(Household.protected.is_(True))


def whole(name: LedgerName, *columns: Column, order: Column | None = None) -> Ledger:
    """Return a ledger of a table that does not refer to households."""

    def statement(_with_protected: bool) -> Rows:
        return select(*columns).order_by(order if order is not None else columns[0])

    return Ledger(name, [column.key for column in columns], statement)


def by_household(
    name: LedgerName,
    *columns: Column,
    household: Column,
    order: Column | None = None,
    join: tuple[type[Base], ColumnElement[bool]] | None = None,
) -> Ledger:
    """Return a ledger without the rows of protected households.

    Rows that belong to no household are kept. ``join`` is the table that names the household, and
    the condition by which it is joined.
    """

    def statement(with_protected: bool) -> Rows:
        made = select(*columns)
        if join is not None:
            target, on = join
            made = made.outerjoin(target, on)
        if not with_protected:
            made = made.where(or_(household.is_(None), household.not_in(protected())))
        return made.order_by(order if order is not None else columns[0])

    return Ledger(name, [column.key for column in columns], statement)
