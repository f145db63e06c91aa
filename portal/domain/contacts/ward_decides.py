"""What one person writes and the ward decides as the second: opening hours, texts of the site."""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base
from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.staff.permissions import Permission, allows


class Proposal(Base):
    """A row that waits for the ward.

    Attributes:
        ended_by: Who refused it, or took it back.
    """

    __abstract__ = True

    state: Mapped[str]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    ended_at: Mapped[datetime | None]


R = TypeVar("R", bound=Proposal)


class WardDecides(Struct, Generic[R], frozen=True):
    """The rule of two persons for one table.

    Attributes:
        table: The table of the rows.
        states: Their machine; what it begins with waits for the ward, and ``take_back`` is an
            action of each.
        writer: The key of who wrote a row.
        permission: What a person of the ward has who decides.
        unknown: Says that no row has a key.
        own: Says that nobody decides on what they wrote themselves.
    """

    table: type[R]
    states: StateMachine
    writer: Callable[[R], int]
    permission: Permission
    unknown: Callable[[], NotFoundError]
    own: Callable[[], str]

    def may_decide(self, work: Work) -> bool:
        """Return whether the actor decides for the ward."""
        actor = work.actor
        return actor.organization is not None and allows(
            self.permission, actor.role, actor.organization
        )

    def possible(self, work: Work, row: R) -> frozenset[str]:
        """Return the actions that the actor may take now."""
        steps, own = self.states.steps, self.writer(row) == work.actor.id
        possible = {name for name in steps if self.states.can(row.state, name)}
        if own or not self.may_decide(work):
            possible &= {"take_back"}
        if not self.may_decide(work) and not (own and row.state == self.states.initial):
            possible.clear()
        return frozenset(possible)

    def decided(self, work: Work, key: int, action: str) -> R:
        """Take a step as the ward and the second person; returns the locked row.

        Raises NotAllowedError, NotFoundError, WrongStateError.
        """
        row = self._locked(work, key)
        state = self.states.next(row.state, action)
        if not self.may_decide(work):
            raise NotAllowedError(_s("決められるのは、区の担当だけです。"))
        if self.writer(row) == work.actor.id:
            raise NotAllowedError(self.own())
        row.state = state
        return row

    def refused(self, work: Work, key: int) -> R:
        """Refuse a row that waits. Raises as ``decided``."""
        row = self.decided(work, key, "refuse")
        row.ended_by, row.ended_at = work.actor.id, work.now
        return row

    def taken_back(self, work: Work, key: int) -> R:
        """Take back one's own row that waits, or for the ward any.

        It needs no second person: what holds again was approved before.

        Raises NotAllowedError, NotFoundError, WrongStateError.
        """
        row = self._locked(work, key)
        state, own = self.states.next(row.state, "take_back"), self.writer(row) == work.actor.id
        if not self.may_decide(work) and not (own and row.state == self.states.initial):
            raise NotAllowedError(_s("取りやめられるのは、区の担当だけです。"))
        row.state, row.ended_by, row.ended_at = state, work.actor.id, work.now
        return row

    def _locked(self, work: Work, key: int) -> R:
        row = work.session.get(self.table, key, with_for_update=True, populate_existing=True)
        if row is None:
            raise self.unknown()
        return row
