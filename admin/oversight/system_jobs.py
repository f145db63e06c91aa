"""The jobs on the page of the system: how each went, and another try for what was set aside."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import first_post, number_in_address, staff_route
from admin.marks import Mark
from admin.page import Page
from portal.domain.foundation.errors import NotFoundError, WrongStateError
from portal.domain.foundation.jobs import aside, begun, queries
from portal.domain.foundation.jobs.alarms import JobAlarm, alarms
from portal.domain.foundation.jobs.models import BegunTask, JobAside
from portal.domain.foundation.jobs.queries import JobStatus, WorkerStatus
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission

AFTER = "/system?said=again#jobs"


class JobRow(Struct, frozen=True):
    """A job as it is shown: its mark and word, and its age in minutes."""

    status: JobStatus
    mark: Mark
    word: str
    minutes: int | None


class JobsPart(Struct, frozen=True):
    """What ``admin/oversight/_system_jobs.html`` shows."""

    jobs: Sequence[JobRow]
    workers: Sequence[WorkerStatus]
    aside: Sequence[JobAside]
    tasks: Sequence[BegunTask]
    alarms: Sequence[JobAlarm]
    said: str


def jobs_part(page: Page) -> JobsPart:
    """Return how the jobs are, in a transaction of its own."""
    with page.site.database.read() as session:
        now = page.site.clock.now(session)
        part = JobsPart(
            jobs=[_row(status) for status in queries.job_statuses(session, now)],
            workers=queries.workers(session, now),
            aside=queries.asides(session),
            tasks=queries.begun_to_show(session),
            alarms=alarms(session, now),
            said=page.query.get("said", ""),
        )
        session.expunge_all()
    return part


def _row(status: JobStatus) -> JobRow:
    mark, word = Mark.GOOD, _s("正常")
    if status.failing or status.late:
        mark, word = Mark.STOP, _s("失敗") if status.failing else _s("遅れ")
    elif status.aside or status.failures:
        mark, word = Mark.WAIT, _s("注意")
    elif status.last_success is None:
        mark, word = Mark.PLAIN, _s("これから")
    age = status.age_seconds
    return JobRow(status, mark, word, None if age is None else int(age // 60))


def try_row(page: Page) -> Response[Any]:
    """Give a row that was set aside back to its job; pressed twice, it is given back once."""
    if first_post(page):
        try:
            aside.take_back(page.work, number_in_address(page, "aside_id"))
        except NotFoundError:
            return page.redirect("/system#jobs")
    return page.redirect(AFTER)


def try_task(page: Page) -> Response[Any]:
    """Let a worker carry out a task again that failed."""
    if first_post(page):
        try:
            begun.try_again(page.work, number_in_address(page, "task_id"))
        except WrongStateError:
            return page.redirect("/system#jobs")
    return page.redirect(AFTER)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route("POST", "/system/aside/{aside_id:int}", try_row, Permission.SEE_SYSTEM),
        staff_route("POST", "/system/begun/{task_id:int}", try_task, Permission.SEE_SYSTEM),
    ]
