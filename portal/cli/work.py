"""``portal work``: the worker process, or one turn of one job."""

import logging
import os
from datetime import timedelta

import click

from portal.cli.context import DONE, WITH_HOLDS, Context, answering, fail, json_option, mention
from portal.cli.ending import ended_by_signal
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.jobs.leases import LEASE
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import opening_for_nobody
from portal.platform.closed_site import end_with_the_data
from portal.platform.disposed import DisposedError
from portal.platform.metrics.start import start_watching
from portal.platform.startup import check_program_at_start
from portal.worker.once import Once
from portal.worker.supervision import Supervisor
from portal.worker.worker import Pace, Worker

CHECK_SECONDS = 1.0
HUNG = 70
"""Exit code of a worker that hung: its supervisor starts another."""


@click.command()
@click.option(
    "--once",
    "job",
    type=click.Choice([name.value for name in JobName]),
    help="Run one turn of this job now, then end.",
)
@click.option(
    "--lease",
    type=click.IntRange(1, 3600),
    default=int(LEASE.total_seconds()),
    show_default=True,
    metavar="SECONDS",
    help="How long a job stays with a worker that died, before another takes it over.",
)
@json_option
@click.pass_obj
@answering
def work(context: Context, job: str | None, lease: int) -> None:
    """Send messages, run the periodic jobs and what was begun from the staff site.

    Runs until a signal ends it. Two or more may run, on one machine or on several.
    """
    start_watching(context.settings, "worker")
    try:
        source = context.work_source()
        check_program_at_start(context.settings)
    except DisposedError as error:
        if job is not None:
            raise
        _rest(error.message, Supervisor(context.settings.data_dir))
        return
    worker = Worker(source, context.settings, Pace(timedelta(seconds=lease)))
    if job is not None:
        _once(context, worker, JobName(job))
    else:
        end_with_the_data(context.database())
        _run(worker, Supervisor(context.settings.data_dir))


def _run(worker: Worker, supervisor: Supervisor) -> None:
    stopping = ended_by_signal()
    worker.start()
    mention(_s("ワーカー %(name)s が動いています。") % {"name": worker.holder.name})
    supervisor.ready()
    while not stopping.wait(CHECK_SECONDS):
        if not worker.alive():
            logging.getLogger("portal.worker").critical("a thread hangs or ended: exiting")
            os._exit(HUNG)
        supervisor.alive()
    supervisor.stopping()
    worker.stop()
    mention(_s("ワーカーを終えました。"))


def _rest(message: str, supervisor: Supervisor) -> None:
    """Do nothing until a signal comes: after a disposal there is no work, and no alarm either."""
    stopping = ended_by_signal()
    mention(message)
    supervisor.ready()
    while not stopping.wait(CHECK_SECONDS):
        supervisor.alive()
    supervisor.stopping()


def _once(context: Context, worker: Worker, job: JobName) -> None:
    with context.work_source().writing() as unit:
        record(unit, "job.run_by_hand", "job", job=job.value)
    with opening_for_nobody():  # as the threads of a worker do
        outcome = Once(worker).run(job)
    if outcome is None:
        fail(_s("この仕事は、いまほかのワーカーが動かしています。"))
    context.write({"job": job.value, "handled": outcome.handled, "aside": outcome.aside})
    if context.speaks:
        counts = {"handled": outcome.handled, "aside": outcome.aside}
        click.echo(_s("処理: %(handled)d　取り置き: %(aside)d") % counts)
    click.get_current_context().exit(WITH_HOLDS if outcome.aside else DONE)
