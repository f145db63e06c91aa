"""Sites and their database die under load: no receipt is lost, none counts twice.

F1, F2, F20, F21 of the table in `.github/guides/faults.md`.
"""

import random
import time

import pytest

from tests.support.faults.lab import Laboratory
from tests.support.faults.post import Post
from tests.support.faults.proxy import Line

FAMILIES = 24


@pytest.mark.asvs("2.3.3")
def test_f1_workers_and_sites_killed_at_random_lose_no_receipt_and_no_message(
    laboratory: Laboratory, post: Post, dice: random.Random
) -> None:
    laboratory.add_families(FAMILIES)
    nodes = [laboratory.node(), laboratory.node()]
    post.gateway.delay = 0.5  # so that some are on their way when their sender dies
    post.worker()
    load = laboratory.load(dice.randrange(1000))
    for step in range(5):
        load.wait_for((step + 1) * FAMILIES // 7)
        time.sleep(dice.uniform(0, 0.3))
        node = dice.choice(nodes)
        if step % 2:
            node.kill()
        else:
            node.kill_worker(dice.randrange(2))
            post.kill()
            post.worker()
    laboratory.check(load, post)
    for node in nodes:
        node.wait()
    print(f"back after {[round(s, 1) for node in nodes for s in node.returned]} s")


def test_f2_a_killed_database_is_503_and_comes_back(
    laboratory: Laboratory, post: Post, dice: random.Random
) -> None:
    laboratory.add_families(FAMILIES)
    node = laboratory.node()
    post.worker()
    load = laboratory.load(dice.randrange(1000))
    for step in range(2):
        load.wait_for((step + 1) * FAMILIES // 4)
        time.sleep(dice.uniform(0, 0.3))
        laboratory.server.kill()
        node.wait("/readyz", 503)
        node.wait("/healthz", 200)
        laboratory.server.start()
    laboratory.check(load, post)
    node.wait("/readyz", 200)
    assert load.statuses[503] or load.outcomes


def test_f21_a_commit_whose_answer_is_cut_is_told_as_it_is(
    laboratory: Laboratory, dice: random.Random
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
    laboratory.check(load)
    line.stop()
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
