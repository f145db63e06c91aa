"""Tables of print runs, their chunks, letters, letter orders and test addresses."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.letters.letters.states import (
    LETTER,
    LETTER_ORDER,
    PRINT_CHUNK,
    PRINT_RUN,
    TEST_ADDRESS,
    TEST_POSTING,
    WITHOUT_ID,
    RunState,
)

VALID = "state NOT IN ('cancelled', 'superseded')"


class PrintRun(Base):
    """One printing of letters of a kind, built in chunks and resumable.

    At most one of a kind is being built. ``enclosed`` names what is enclosed with a first letter
    (``enclosures.NAMES``). ``node`` names the machine that prints it, the only one with its plain
    files; ``folder`` is their place in its letters folder.
    """

    __tablename__ = "print_run"
    __table_args__ = (
        Index(
            "uq_print_run_building",
            "kind",
            unique=True,
            postgresql_where=text("state = 'building'"),
            sqlite_where=text("state = 'building'"),
        ),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = state_column(PRINT_RUN.initial)
    planned: Mapped[int]
    children: Mapped[int]
    total_yen: Mapped[int]
    folder: Mapped[str] = mapped_column(String(1000))
    node: Mapped[str | None] = mapped_column(String(100))
    enclosed: Mapped[list[Any]] = mapped_column(JSON, default=list)
    notice_date: Mapped[date]
    created_at: Mapped[datetime]
    begun_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    finished_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]

    @property
    def is_without_id(self) -> bool:
        """Whether its letters carry no ID of a household."""
        return self.kind in WITHOUT_ID

    @property
    def needs_proof(self) -> bool:
        """Whether a second person must check it first, as for all letters to households."""
        return self.kind != TEST_POSTING

    @property
    def is_built(self) -> bool:
        """Whether the run is complete, and neither handed over nor discarded."""
        return self.state == RunState.BUILT

    @property
    def is_handed_over(self) -> bool:
        """Whether its letters were handed over."""
        return self.state == RunState.HANDED_OVER

    @property
    def is_discarded(self) -> bool:
        """Whether the run was discarded because its proof was refused."""
        return self.state == RunState.DISCARDED

    @property
    def is_test_posting(self) -> bool:
        """Whether its letters are specimens for staff."""
        return self.kind == TEST_POSTING


class PrintChunk(Base):
    """One PDF of a print run: stored with its file, letters and credentials, or not at all.

    ``removed_at`` is when the file was deleted from the disk, after its letters were handed over.
    """

    __tablename__ = "print_chunk"
    __table_args__ = (UniqueConstraint("print_run_id", "number"),)

    id: Mapped[int] = primary_key()
    print_run_id: Mapped[int] = mapped_column(ForeignKey("print_run.id"), index=True)
    number: Mapped[int]
    state: Mapped[str] = state_column(PRINT_CHUNK.initial)
    file_name: Mapped[str | None] = mapped_column(String(120))
    sha256: Mapped[str | None] = mapped_column(String(64))
    letters: Mapped[int] = mapped_column(default=0)
    built_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class Letter(Base):
    """One letter to one household.

    ``number`` is printed where a returned envelope's window shows it. A new letter may be prepared
    while the old one is still valid; printing it replaces the old one. ``reason`` is why it was
    made (``LetterReason``): a reissue after a loss is no redelivery. A ``counter`` letter is
    printed without name and address, to be handed over at the ward's counter. ``large_print``: the
    language in which it was printed in large letters; None for the usual size.
    """

    __tablename__ = "letter"
    __table_args__ = (
        Index(
            "uq_letter_credential_household",
            "household_id",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('printed','handed_over')"),
            sqlite_where=text("state IN ('printed','handed_over')"),
        ),
        Index(
            "uq_letter_prepared_household",
            "household_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'prepared'"),
            sqlite_where=text("state = 'prepared'"),
        ),
    )

    id: Mapped[int] = primary_key()
    number: Mapped[str] = mapped_column(String(16), unique=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = state_column(LETTER.initial)
    reason: Mapped[str] = mapped_column(String(12), default="first", server_default="first")
    print_run_id: Mapped[int] = mapped_column(ForeignKey("print_run.id"), index=True)
    chunk_number: Mapped[int] = mapped_column(Integer)
    large_print: Mapped[str | None] = mapped_column(String(10))
    position: Mapped[int | None] = mapped_column(Integer)
    credential_id: Mapped[int | None] = mapped_column(ForeignKey("credential.id"))
    children: Mapped[int]
    amount_yen: Mapped[int]
    enclosures: Mapped[int] = mapped_column(default=1)
    counter: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    printed_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]


class LetterWithoutId(Base):
    """One letter without ID and password: to a household or, as a trial, to the staff.

    A table of its own keeps it out of every count of letters, postings, returns and households.
    The columns that printing, archives and hand-over read have the same names as in ``Letter``.
    """

    __tablename__ = "bare_letter"
    __table_args__ = (
        Index(
            "uq_bare_letter_household",
            "household_id",
            "kind",
            unique=True,
            postgresql_where=text(VALID),
            sqlite_where=text(VALID),
        ),
        CheckConstraint(
            "(household_id IS NULL) <> (test_address_id IS NULL)", name="one_addressee"
        ),
        UniqueConstraint("tracking_no", "posted_on"),
    )

    id: Mapped[int] = primary_key()
    number: Mapped[str] = mapped_column(String(16), unique=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    test_address_id: Mapped[int | None] = mapped_column(ForeignKey("test_address.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = state_column(LETTER.initial)
    print_run_id: Mapped[int] = mapped_column(ForeignKey("print_run.id"), index=True)
    chunk_number: Mapped[int]
    position: Mapped[int | None]
    children: Mapped[int]
    amount_yen: Mapped[int]
    enclosures: Mapped[int] = mapped_column(default=1)
    large_print: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[datetime]
    printed_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    mail_class: Mapped[str | None] = mapped_column(String(20))
    tracking_no: Mapped[str | None] = mapped_column(String(12))
    posted_on: Mapped[date | None]
    ended_on: Mapped[date | None]


class TestAddress(Base):
    """The address of a member of the staff, to which test postings are sent.

    ``sealed`` is name and address under a key of its own. It is no household, and only specimens
    are sent there. Name and address of a removed one are erased.
    """

    __tablename__ = "test_address"
    __test__ = False

    id: Mapped[int] = primary_key()
    state: Mapped[str] = state_column(TEST_ADDRESS.initial)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))


class LetterOrder(Base):
    """An order for a new letter from the next print run, for a household that already has one.

    A household has at most one open order. ``sealed`` is another address that the ward ordered in
    writing, under the household's data key; None for the registered address.
    """

    __tablename__ = "letter_order"
    __table_args__ = (
        Index(
            "uq_letter_order_open",
            "household_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = primary_key()
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    reason: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = state_column(LETTER_ORDER.initial)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
