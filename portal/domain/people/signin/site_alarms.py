"""Alarms of the whole site: a level that was passed, told to staff once while it holds.

One row for each level says until when it holds; decision 0029 says how it is written seldom.
"""

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct
from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.people.authn.models import ThrottleBucket
from portal.domain.people.authn.site_counts import held_until
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import open_task
from portal.domain.people.tasks.states import TaskState

HELD_ANEW = timedelta(seconds=10)
"""How old the end of a level gets before it is moved: no row is written by each event."""


class Alarm(Struct, frozen=True):
    """What staff are told when a level was passed.

    ``key`` names the row that says until when it holds, ``event`` is for the audit.
    """

    key: str
    event: str
    task: TaskKind
    lasts: timedelta


def hold(work: Work, alarm: Alarm, figures: Mapping[str, int]) -> None:
    """Begin or prolong an alarm; its beginning opens the staff's task and is in the audit."""
    until, session = work.now + alarm.lasts, work.session
    held = held_until(session, alarm.key, work.now)
    if held is not None and held > until - HELD_ANEW:
        return
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    over = func.coalesce(ThrottleBucket.blocked_until, work.now) <= work.now
    times = session.scalar(
        insert(ThrottleBucket)
        .values(
            key=alarm.key,
            window_start=work.now,
            count=1,
            total=1,
            blocked_until=until,
            expires_at=until + timedelta(days=1),
        )
        .on_conflict_do_update(
            index_elements=[ThrottleBucket.key],
            set_={
                "count": case((over, 1), else_=ThrottleBucket.count + 1),
                "total": ThrottleBucket.total + 1,
                "blocked_until": until,
                "expires_at": until + timedelta(days=1),
            },
        )
        .returning(ThrottleBucket.count)
    )
    if times == 1:  # of events at the same instant, the one that got the row first
        _tell_staff(work, alarm, figures)


def _tell_staff(work: Work, alarm: Alarm, figures: Mapping[str, int]) -> None:
    by_site = work.acting_as(Actor(Role.RESIDENT))
    record(by_site, alarm.event, "site", sealed=None, **figures)
    is_open = select(Task.id).where(Task.kind == alarm.task, Task.state == TaskState.OPEN)
    if work.session.scalar(is_open.limit(1)) is None:
        open_task(by_site, alarm.task, None, {})
