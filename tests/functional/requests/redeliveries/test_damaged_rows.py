"""One damaged request does not keep the others from being matched, nor any other job."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.jobs import aside
from portal.domain.foundation.jobs.models import JobAside
from portal.domain.foundation.jobs.names import JobName
from portal.domain.foundation.jobs.turns import Outcome
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.requests.models import Request
from portal.worker.jobs import all_jobs
from tests.functional.requests.redeliveries.support import NOW, PROGRAM, Post, wish
from tests.support.work import source_of
from tests.support.worker import Going


def matched(post: Post) -> dict[int, bool]:
    with post.database.read() as session:
        rows = session.scalars(select(Redelivery))
        return {row.request_id: row.matched_at is not None for row in rows}


def test_a_damaged_request_is_set_aside_and_matched_after_its_repair(post: Post) -> None:
    first, damaged, last = (
        post.ask_outside(replace(wish(), name=name), address=f"203.0.113.{number}").id
        for number, name in enumerate(("青木一", "青木二", "青木三"))
    )
    with post.database.write() as session:
        row = session.get_one(Request, damaged)
        whole = row.sealed
        assert whole is not None
        row.sealed = whole[::-1]
    source = source_of(post.database, FixedClock(NOW), program=PROGRAM)
    job = all_jobs(Path("letters"))[JobName.MATCH]
    assert job.turn(source, Going()) == Outcome(handled=2, aside=1)
    assert matched(post) == {first: True, damaged: False, last: True}
    with post.database.write() as session:
        session.get_one(Request, damaged).sealed = whole
    with source.writing() as work:
        (row_aside,) = work.session.scalars(select(JobAside)).all()
        assert (row_aside.subject, row_aside.subject_id) == ("request", damaged)
        aside.take_back(work, row_aside.id)
    assert job.turn(source, Going()) == Outcome(handled=1)
    assert all(matched(post).values())
