"""Sites and their database die under load: no receipt is lost, none counts twice.

F1, F2, F20, F21 of the table in `.github/guides/faults.md`.
"""

import random
import time
from dataclasses import dataclass

import pytest

from tests.support.faults.lab import Laboratory
from tests.support.faults.nodes import RESTARTS_AFTER
from tests.support.faults.post import Post
from tests.support.faults.proxy import Line
from tests.support.faults.record import Note

pytestmark = pytest.mark.alone
FAMILIES = 24
AT_RATE, RATE = 150, 6
"""Families that come, and how many in a second: that is some twenty forms a second."""
KILLS, FIRST = 5, 5.0
"""Blows, and seconds of load before the first one, in which another site's start is measured."""
DOWN = 1.0
"""Seconds that a killed database stays away, so that families meet it whenever it was killed."""
BACK, OUTAGE = 5.0, 15.0
"""Seconds until a killed site answers again, and until a form is carried out again after the
database was killed (`security.md` F1, F2)."""


@dataclass(frozen=True)
class Blow:
    """One moment of the plan: the same for the same seed."""

    after: float
    node: int
    worker: int | None


def blows(dice: random.Random) -> list[Blow]:
    """Draw when whole sites (no worker) and workers die, in seconds from the load's beginning."""
    moments = sorted(dice.uniform(FIRST, AT_RATE / RATE) for _blow in range(KILLS))
    drawn = []
    for step, moment in enumerate(moments):
        worker = None if step % 2 else dice.randrange(2)
        drawn.append(Blow(round(moment, 2), dice.randrange(2), worker))
    return drawn


def longest_return(start: float) -> float:
    """Return how long a killed site may take: on a busy machine, twice a start beside the load."""
    return max(BACK, RESTARTS_AFTER + 2 * start)


def start_beside_load(laboratory: Laboratory) -> float:
    """Return how many seconds a site takes to start now, while others are at work."""
    site = laboratory.node()
    site.stop()
    return site.began


@pytest.mark.asvs("2.3.3")
def test_f1_workers_and_sites_killed_at_random_lose_no_receipt_and_no_message(
    laboratory: Laboratory, post: Post, dice: random.Random, note: Note
) -> None:
    laboratory.add_families(AT_RATE)
    nodes = [laboratory.node(), laboratory.node()]
    post.gateway.delay = 0.1  # so that some are on their way when their sender dies
    post.worker()
    plan = blows(dice)
    load = laboratory.load(dice.randrange(1000), rate=RATE)
    start = start_beside_load(laboratory)
    for blow in plan:
        time.sleep(max(0.0, load.begun + blow.after - time.monotonic()))
        nodes[1 - blow.node].wait()  # one is left to families
        if blow.worker is None:
            nodes[blow.node].kill()
        else:
            nodes[blow.node].kill_worker(blow.worker)
            post.kill()
            post.worker()
    receipts = laboratory.check(load, post)
    for node in nodes:
        node.wait()
        assert all(took <= longest_return(start) for took in node.returned), node.returned
    print(plan)
    note(
        receipts_kept=receipts,
        forms_per_s=load.forms_per_second(),
        no_form_s=load.longest_gap(),
        back_s=max((took for node in nodes for took in node.returned), default=0.0),
        start_s=start,
    )
    assert load.longest_gap() <= BACK, "families found no site"


def test_f2_a_killed_database_is_503_and_comes_back(
    laboratory: Laboratory, post: Post, dice: random.Random, note: Note
) -> None:
    laboratory.add_families(AT_RATE // 2)
    node = laboratory.node()
    post.worker()
    moments = sorted(round(dice.uniform(0.5, AT_RATE / RATE / 2), 2) for _kill in range(2))
    load = laboratory.load(dice.randrange(1000), rate=RATE / 2)
    kills = []
    for moment in moments:
        time.sleep(max(0.0, load.begun + moment - time.monotonic()))
        kills.append(time.monotonic())
        laboratory.server.kill()
        node.wait("/readyz", 503)
        node.wait("/healthz", 200)
        time.sleep(DOWN)
        laboratory.server.start()
    receipts = laboratory.check(load, post)
    node.wait("/readyz", 200)
    assert load.statuses[503] or load.outcomes
    outage = max(load.gap_after(killed) for killed in kills)
    print(f"killed after {moments} s")
    note(receipts_kept=receipts, forms_per_s=load.forms_per_second(), outage_s=outage)
    assert outage <= OUTAGE


def test_f21_a_commit_whose_answer_is_cut_is_told_as_it_is(
    laboratory: Laboratory, dice: random.Random, note: Note
) -> None:
    laboratory.add_families(FAMILIES)
    line = Line(laboratory.server.port).start()
    laboratory.node(laboratory.server.url("portal", line.port))
    load = laboratory.load(dice.randrange(1000))
    for step in range(6):
        load.wait_for((step + 1) * FAMILIES // 8)
        line.cuts_commits = 3
    for _blow in range(3):
        time.sleep(dice.uniform(0, 0.4))
        line.cut_all()
    line.delay = 0.05
    time.sleep(2)
    line.delay = 0
    receipts = laboratory.check(load)
    line.stop()
    note(receipts_kept=receipts, answers_cut=line.cut)
    assert line.cut
    assert load.outcomes["stored"] + load.outcomes["unknown"], load.outcomes


def test_f20_sites_restarted_one_by_one_break_off_no_answer(laboratory: Laboratory) -> None:
    laboratory.add_families(FAMILIES)
    nodes = [laboratory.node(), laboratory.node()]
    load = laboratory.load()
    for place, node in enumerate(nodes):
        load.wait_for((place + 1) * FAMILIES // 4)
        node.restart()
    laboratory.check(load)
    assert not load.statuses[503]
