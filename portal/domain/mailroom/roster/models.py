"""Tables of roster imports: staged households and children, rows not imported, differences."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.mailroom.roster.states import ImportState


class RosterImport(Base):
    """One extract of the ward; while it is staged, its differences wait for an officer."""

    __tablename__ = "roster_import"

    id: Mapped[int] = primary_key()
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    layout: Mapped[str] = mapped_column(String(80))
    extracted: Mapped[date]
    has_protection: Mapped[bool]
    first: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = state_column("staging")
    totals: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    differences: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]

    @property
    def is_staged(self) -> bool:
        """Whether the differences wait for an officer."""
        return self.state == ImportState.STAGED

    @property
    def is_applied(self) -> bool:
        """Whether the import was applied."""
        return self.state == ImportState.APPLIED


class RosterRow(Base):
    """A row that was rejected or excluded, with its codes.

    ``sealed`` are the ward's numbers, under the import's key.
    """

    __tablename__ = "roster_row"
    __table_args__ = (UniqueConstraint("import_id", "record"),)

    id: Mapped[int] = primary_key()
    import_id: Mapped[int] = mapped_column(ForeignKey("roster_import.id"))
    record: Mapped[int]
    line: Mapped[int]
    result: Mapped[str] = mapped_column(String(10))
    codes: Mapped[list[str]] = mapped_column(JSON)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class StagedHousehold(Base):
    """A household of an import, under its own data key, ready to be inserted by INSERT … SELECT.

    ``names``, ``places`` and ``births`` are empty since version 0.2.0: they were digests that could
    be counted (decision 0003), and stand as long as a program before it may run beside this one.
    ``disposition`` is issue or hold, or absent for one that the file names but of which nothing can
    be stored; then nothing is encrypted. ``change`` (a ``StagedChange``) is set once the import is
    staged.
    """

    __tablename__ = "staged_household"
    __table_args__ = (
        UniqueConstraint("import_id", "number_digest"),
        Index("ix_staged_household_change", "import_id", "change"),
    )

    id: Mapped[int] = primary_key()
    import_id: Mapped[int] = mapped_column(ForeignKey("roster_import.id"))
    number_digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    disposition: Mapped[str] = mapped_column(String(8))
    children: Mapped[int]
    codes: Mapped[list[str]] = mapped_column(JSON)
    protected: Mapped[bool]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    birth_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    names: Mapped[bytes] = mapped_column(LargeBinary)
    places: Mapped[bytes] = mapped_column(LargeBinary)
    births: Mapped[bytes] = mapped_column(LargeBinary)
    change: Mapped[str | None] = mapped_column(String(8))


class StagedChild(Base):
    """A child of a staged household."""

    __tablename__ = "staged_child"
    __table_args__ = (UniqueConstraint("import_id", "person_digest"),)

    id: Mapped[int] = primary_key()
    import_id: Mapped[int] = mapped_column(ForeignKey("roster_import.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("staged_household.id"), index=True)
    ordinal: Mapped[int]
    person_digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    codes: Mapped[list[str]] = mapped_column(JSON)


class StagedHold(Base):
    """A reason for which a staged household will be held."""

    __tablename__ = "staged_hold"

    id: Mapped[int] = primary_key()
    import_id: Mapped[int] = mapped_column(ForeignKey("roster_import.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("staged_household.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))


class RosterDifference(Base):
    """One change of a household in a later extract; its ``kind`` decides what applying does."""

    __tablename__ = "roster_difference"
    __table_args__ = (Index("ix_roster_difference_import", "import_id", "kind"),)

    id: Mapped[int] = primary_key()
    import_id: Mapped[int] = mapped_column(ForeignKey("roster_import.id"))
    kind: Mapped[str] = mapped_column(String(24))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    staged_id: Mapped[int | None] = mapped_column(ForeignKey("staged_household.id"), index=True)
    child_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"), index=True)
    applied: Mapped[bool] = mapped_column(default=False)
