"""Somebody of the call desk on a running site, with or without a call."""

from typing import Any

from playwright.sync_api import Page
from sqlalchemy import select

from portal.domain.contacts.calls import finishing, services
from portal.domain.contacts.calls.description import CallDescription
from portal.domain.contacts.calls.finishing import AfterCall
from portal.domain.contacts.calls.kinds import Result
from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.actors import Actor, Role
from tests.browser.admin.served import ServedStaff
from tests.support.staff import ROLES, hire
from tests.support.work import work_in


def at_the_desk(served: ServedStaff, page: Page, role: Role = Role.AGENT) -> Actor:
    """Sign in somebody who has no call open; whatever an earlier test left is ended."""
    if role not in served.colleagues:
        served.colleagues[role] = hire(served.database, served.now, role, role.value)
    actor = Actor(role, served.enter(page, role).id, ROLES[role])
    end_call(served, actor)
    return actor


def begin_call(served: ServedStaff, page: Page, role: Role = Role.AGENT, **options: Any) -> Actor:
    """Sign in somebody with a call that has just begun."""
    actor = at_the_desk(served, page, role)
    with served.database.write() as session:
        services.start_call(work_in(session, actor, served.now), CallDescription(**options))
    return actor


def end_call(served: ServedStaff, actor: Actor, **changes: Any) -> None:
    """End the call of somebody, if there is one."""
    facts: dict[str, Any] = {"category": "delivery", "subcategory": "absent", "result": Result.DONE}
    with served.database.write() as session:
        call = services.current_call(work_in(session, actor))
        if call is not None:
            finishing.finish(
                work_in(session, actor, served.now), call.id, AfterCall(**(facts | changes))
            )


def last_call(served: ServedStaff, actor: Actor) -> Call:
    """The latest call of somebody, as it stands."""
    with served.database.read() as session:
        call = session.scalars(
            select(Call).where(Call.agent_id == actor.id).order_by(Call.id.desc()).limit(1)
        ).one()
        session.expunge(call)
        return call
