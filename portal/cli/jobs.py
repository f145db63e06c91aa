"""``portal jobs``: how the jobs are, and another try for what was set aside."""

from collections.abc import Sequence
from dataclasses import asdict

import click

from portal.cli.context import DONE, FAILED, Context, answering, json_option
from portal.domain.foundation.jobs import aside, begun, queries
from portal.domain.foundation.jobs.alarms import alarms
from portal.domain.foundation.jobs.models import BegunTask, JobAside
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.jobs.queries import JobStatus
from portal.domain.foundation.texts import _s


@click.group("jobs", help="Jobs of the worker: how they are, and another try.")
def jobs_group() -> None:
    """Jobs of the worker."""


@jobs_group.command("list")
@json_option
@click.pass_obj
@answering
def list_jobs(context: Context) -> None:
    """Show every job, the workers and the rows set aside; ends with 1 if something is wrong."""
    with context.database().read() as session:
        now = context.clock.now(session)
        statuses = queries.job_statuses(session, now)
        workers = queries.workers(session, now)
        rows = queries.asides(session)
        tasks = queries.begun_to_show(session)
        wrong = alarms(session, now)
        session.expunge_all()
    context.write(
        {
            "jobs": [_of(status) for status in statuses],
            "workers": [asdict(one) for one in workers],
            "aside": [_of_row(row) for row in rows],
            "begun": [
                {"id": task.id, "kind": task.kind, "state": task.state, "reason": task.reason}
                for task in tasks
            ],
            "alarms": [{"kind": one.kind.value, "job": one.job} for one in wrong],
        }
    )
    if context.speaks:
        _say([_line(status) for status in statuses], rows, tasks)
        for alarm in wrong:
            click.echo(alarm.sentence, err=True)
    click.get_current_context().exit(FAILED if wrong else DONE)


def _say(jobs: Sequence[str], rows: Sequence[JobAside], tasks: Sequence[BegunTask]) -> None:
    for line in jobs:
        click.echo(line)
    for row in rows:
        click.echo(
            f"#{row.id} {row.job} {row.subject} {row.subject_id} {row.reason} {row.since:%F %T}"
        )
    for task in tasks:
        click.echo(f"{task.kind_name} {task.id}: {task.state} {task.reason or ''}")


def _of_row(row: JobAside) -> dict[str, object]:
    return {
        "id": row.id,
        "job": row.job,
        "subject": row.subject,
        "subject_id": row.subject_id,
        "reason": row.reason,
        "since": row.since,
    }


def _of(status: JobStatus) -> dict[str, object]:
    return {
        "name": status.name.value,
        "running": status.running,
        "last_start": status.last_start,
        "last_success": status.last_success,
        "age_seconds": status.age_seconds,
        "failures": status.failures,
        "reason": status.reason,
        "next_at": status.next_at,
        "late": status.late,
        "aside": status.aside,
    }


def _line(status: JobStatus) -> str:
    age = "-" if status.age_seconds is None else f"{status.age_seconds:.0f}"
    return _s(
        "%(name)s（%(label)s）: 最後の成功から%(age)s秒、失敗%(failures)d、取り置き%(aside)d"
    ) % {
        "name": status.name.value,
        "label": status.name.label,
        "age": age,
        "failures": status.failures,
        "aside": status.aside,
    }


@jobs_group.command("retry")
@click.argument("rows", nargs=-1, type=int, metavar="[NUMBER]...")
@click.option(
    "--job",
    type=click.Choice([name.value for name in JobName]),
    help="All rows that this job set aside.",
)
@click.option("--begun", "task", type=int, metavar="NUMBER", help="A begun task that failed.")
@json_option
@click.pass_obj
@answering
def retry(context: Context, rows: tuple[int, ...], job: str | None, task: int | None) -> None:
    """Let rows that were set aside be tried again: those with these numbers, or all of a job."""
    if not rows and job is None and task is None:
        raise click.UsageError("name the rows, --job or --begun")
    with context.work_source().writing() as work:
        for number in rows:
            aside.take_back(work, number)
        count = len(rows)
        if job is not None:
            count += aside.take_all_back(work, JobName(job))
        if task is not None:
            begun.try_again(work, task)
            count += 1
    context.write({"given_back": count})
    if context.speaks:
        click.echo(_s("%(n)d件を、もう一度試します。") % {"n": count})
