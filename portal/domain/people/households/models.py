"""Tables of households, children, holds, print texts and the feed of the search."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.people.households.states import CHILD, HOLD, HOUSEHOLD, HoldState

BY_INSTRUCTION = 0
"""Stands for the import of a household that no extract brought: the ward ordered it."""


class Household(Base):
    """One household with its householder; all personal fields are in ``sealed`` under its data key.

    ``counter``: no address may be used; its letter is handed over at the ward's counter although it
    is protected. ``large_print``: the language in which it wants its letters in large print; None
    for the usual size. Why is never asked.
    """

    __tablename__ = "household"

    id: Mapped[int] = primary_key()
    number_digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    birth_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    protected: Mapped[bool] = mapped_column(default=False, index=True)
    counter: Mapped[bool] = mapped_column(default=False, server_default=false())
    large_print: Mapped[str | None] = mapped_column(String(10))
    state: Mapped[str] = state_column(HOUSEHOLD.initial)
    codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    import_id: Mapped[int] = mapped_column(BigId, index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    @property
    def withheld(self) -> bool:
        """Whether everything is withheld: protected, and no handover at the counter is ordered."""
        return self.protected and not self.counter


class Child(Base):
    """One eligible child.

    ``ordinal`` (from 1, oldest first) is the only number of the child that a URL shows. ``added``:
    the ward ordered it, no extract contained it. ``placed``: the ward ordered that it belongs to
    this household, whatever later extracts say.
    """

    __tablename__ = "child"
    __table_args__ = (UniqueConstraint("household_id", "ordinal"),)

    id: Mapped[int] = primary_key()
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    ordinal: Mapped[int]
    person_digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = state_column(CHILD.initial)
    codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    added: Mapped[bool] = mapped_column(default=False, server_default=false())
    placed: Mapped[bool] = mapped_column(default=False, server_default=false())


class MovedChild(Base):
    """What a household still sees of a child whose entitlement moved elsewhere: its name.

    Sealed under that household's key, without any link to where the child went: nobody can follow
    it from here.
    """

    __tablename__ = "moved_child"
    __table_args__ = (UniqueConstraint("household_id", "ordinal"),)

    id: Mapped[int] = primary_key()
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    ordinal: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Hold(Base):
    """A reason why nothing may be assigned to or printed for a household until staff release it."""

    __tablename__ = "hold"
    __table_args__ = (Index("ix_hold_open", "state", "code"),)

    id: Mapped[int] = primary_key()
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = state_column(HOLD.initial)
    created_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    @property
    def is_open(self) -> bool:
        """Whether the hold is not released yet."""
        return self.state == HoldState.OPEN


class PrintText(Base):
    """The approved text to print for a name or address that contains characters no font has."""

    __tablename__ = "print_text"

    id: Mapped[int] = primary_key()
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approval.id"))
    approved_at: Mapped[datetime]


class DisposedHousehold(Base):
    """One household of which, by the ward's decision, only money and final state were kept.

    ``number_digest`` is the keyed digest of its number, which its own row has no more: it keeps a
    later extract from bringing it back, and says which row of a restored backup is to go again.
    ``decided_by`` is None where that was done. ``record`` is what its certificate says.
    """

    __tablename__ = "disposed_household"

    id: Mapped[int] = primary_key()
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), unique=True)
    number_digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    decision_no: Mapped[str] = mapped_column(String(40))
    decision_on: Mapped[date]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    disposed_at: Mapped[datetime]
    record: Mapped[dict[str, Any]] = mapped_column(JSON)


class OldSearchRow(Base):
    """What versions before 0.2.0 searched by: digests of names, which could be counted.

    Migration 0011 emptied it and nothing reads it; its rows stand, empty, as long as such a version
    may still run beside this one. The worker empties what that writes (``old_digests``).
    """

    __tablename__ = "search_index"

    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), primary_key=True)
    names: Mapped[bytes] = mapped_column(LargeBinary)
    places: Mapped[bytes] = mapped_column(LargeBinary)
    births: Mapped[bytes] = mapped_column(LargeBinary)


class SearchFeed(Base):
    """The last change of what a household is found by (``search_feed``); nothing personal."""

    __tablename__ = "search_feed"

    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, index=True)
