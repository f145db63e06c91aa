"""The hold: a change of how somebody signs in opens nothing for a day, and can be called off.

Whatever a person may sign in with has the columns of ``Held``: sources of codes today, and any
other kind of factor with a table of its own (a passkey).
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.people.authn.channels import SourceState

HOLD = timedelta(hours=24)
"""How long a new factor opens nothing, and an old one stays valid (A8 of ``security.md``)."""


class Held:
    """From when a proven factor counts, and until when (UTC); None: at once, and without an end.

    Both are compared with the clock wherever a factor is used, so that no job has to run in time.
    ``made_with``: what the session showed that began the change; empty once nothing waits.
    """

    state: Mapped[str]
    opens_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    made_with: Mapped[str | None] = mapped_column(String(120))

    def is_in_force(self, now: datetime) -> bool:
        """Return whether it counts at an instant (UTC), as ``in_force`` asks."""
        has_begun = self.state == SourceState.CONFIRMED or (
            self.state == SourceState.WAITING and self.opens_at is not None and self.opens_at <= now
        )
        return has_begun and (self.ends_at is None or self.ends_at > now)


def closed(kind: Any) -> ColumnElement[bool]:
    """Return the condition that wrong codes closed a factor that somebody had proven.

    ``kind`` is a table with ``Held``, a ``SourceState`` and the instant of its proof.
    """
    return and_(kind.state == SourceState.CLOSED, kind.confirmed_at.is_not(None))


def in_force(kind: Any, now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a factor counts at an instant (UTC).

    ``kind`` is a table with ``Held`` and a ``SourceState``.
    """
    opened = and_(kind.state == SourceState.WAITING, kind.opens_at <= now)
    return and_(
        or_(kind.state == SourceState.CONFIRMED, opened),
        or_(kind.ends_at.is_(None), kind.ends_at > now),
    )
