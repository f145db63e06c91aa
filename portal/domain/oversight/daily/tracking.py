"""The post's status files."""

from dataclasses import asdict

from portal.domain.foundation.jobs.begun import finish
from portal.domain.foundation.transfers.taking import keeping_refusal
from portal.domain.foundation.work import Work
from portal.domain.mailroom.tracking.file import CsvFeed
from portal.domain.mailroom.tracking.ingest import ingest, match_again
from portal.domain.oversight.daily.keeping import held_input
from portal.domain.oversight.daily.machine import Done, Errand


def take_tracking(errand: Errand) -> Done:
    """Ingest a file, match what came before its posting, and end the task in one transaction."""
    file = held_input(errand.source, errand.task)

    def act(work: Work) -> Done:
        taken = ingest(work, CsvFeed(file.data, file.name))
        done = Done(asdict(taken) | {"matched": match_again(work)})
        finish(work, errand.task, done.result)
        return done

    return keeping_refusal(errand.source, act)
