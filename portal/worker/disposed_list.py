"""The job that keeps the list of disposed households where a restore finds it.

A household that was disposed of on a page stands on the list within a minute; the command of the
same name writes it at once.
"""

from datetime import timedelta

from msgspec import Struct

from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.jobs.turns import Outcome, Progress
from portal.domain.foundation.work import WorkSource
from portal.platform.disposed_households import bring_list_up_to_date, forget_versions
from portal.settings import Settings


class DisposedList(Struct, frozen=True):
    """Adds to the list what it lacks; a folder that is away makes the turn fail, and is told."""

    settings: Settings
    name: JobName = JobName.DISPOSED
    every: timedelta = timedelta(minutes=1)

    def turn(self, source: WorkSource, progress: Progress) -> Outcome:  # noqa: ARG002  (the protocol's signature)
        """Bring the list up to date, and let the database forget what the rows were before."""
        added = bring_list_up_to_date(self.settings, source)
        if added:
            with source.reading() as work:
                engine = work.session.get_bind().engine
            forget_versions(engine)
        return Outcome(added)
