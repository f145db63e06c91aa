"""The primary of three nodes is lost, and later switched, while families decline (F3, F4).

One site comes by PgBouncer and HAProxy, the other names all three hosts in its address.
"""

import random
import time
from pathlib import Path

import pytest

from portal.domain.people.entitlements.queries import Total, totals
from portal.platform import migrations
from portal.platform.database import make_engine
from portal.settings import Settings
from tests.support.faults.cluster import PostgresServer, opened, reachable
from tests.support.faults.lab import Laboratory
from tests.support.faults.patroni import (
    PACKAGES,
    PatroniCluster,
    Writer,
    missing_programs,
    three_nodes,
    writing,
)
from tests.support.faults.pooler import pooling
from tests.support.faults.record import Note
from tests.support.faults.sign_ins import PROXY, SignIns, add_people, all_together

pytestmark = pytest.mark.long
FAMILIES = 80
PEOPLE, RATE = 90, 2
"""Who signs in meanwhile, all from one address, and how many of them in a second."""
OUTAGE, SWITCH = 30.0, 5.0
"""Seconds without a receipt that we promise at most (`security.md` F3, F4)."""


def test_f3_f4_a_lost_primary_and_a_planned_switch_lose_no_receipt(
    resident_settings: Settings,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    dice: random.Random,
    note: Note,
) -> None:
    if missing := missing_programs():
        pytest.fail(f"{', '.join(missing)} missing: apt-get install -y {PACKAGES}", pytrace=False)
    folder = reachable(tmp_path_factory.mktemp("patroni"))
    with (
        three_nodes(folder / "cluster") as cluster,
        pooling(folder / "pooler", cluster.primary_port, size=8) as port,
    ):
        url = cluster.create()
        engine = make_engine(url)
        migrations.create_tables(engine)
        engine.dispose()
        unused = PostgresServer(folder / "unused")
        with opened(url) as database:
            laboratory = Laboratory(unused, database, url, resident_settings, tmp_path)
            laboratory.add_families(FAMILIES)  # first: codes are given to everybody who is there
            with database.read() as session:
                families = totals(session).all
            people = add_people(database, PEOPLE)
            with database.read() as session:
                everybody = totals(session).all
            laboratory.others = Total(
                everybody.children - families.children, everybody.yen - families.yen
            )
            pooled = f"postgresql://portal@127.0.0.1:{port}/portal"
            by_haproxy = f"postgresql://portal:portal@127.0.0.1:{cluster.primary_port}/portal"
            try:
                sites = [laboratory.node(way, extra=PROXY).url for way in (pooled, url)]
                came = SignIns(sites, people, RATE, all_together).start()
                with writing(hosts=url, haproxy=by_haproxy, pgbouncer=pooled) as writers:
                    _play(cluster, laboratory, dice, writers, came, note)
                came.check()
                note(sign_ins=came.places.total(), shut_out=came.statuses[429])
            finally:
                for node in laboratory.nodes:
                    node.stop()


def _play(
    cluster: PatroniCluster,
    laboratory: Laboratory,
    dice: random.Random,
    writers: dict[str, Writer],
    came: SignIns,
    note: Note,
) -> None:
    load = laboratory.load(dice.randrange(1000))
    load.wait_for(FAMILIES // 5)
    time.sleep(dice.uniform(0, 1))
    lost = cluster.leader()
    cluster.kill(lost)
    killed = time.monotonic()
    load.wait_for(FAMILIES // 2)
    outage = load.gap_after(killed)
    assert cluster.leader() is not lost
    load.pause()
    cluster.launch(lost)
    cluster.wait_whole()
    load.go_on()
    load.wait_for(load.done + 5)
    switched = time.monotonic()
    cluster.switch(cluster.leader(), cluster.synchronous())
    came.finish()  # before the check: it wants a seal on every event
    receipts = laboratory.check(load)
    switch = load.gap_after(switched)
    for node in laboratory.nodes:
        node.wait("/readyz", 200)
    closed = {f"switch_by_{name}_s": one.closed(switched) for name, one in writers.items()}
    note(receipts_kept=receipts, outage_s=outage, switch_s=switch, **closed)
    assert outage <= OUTAGE
    assert max(switch, *closed.values()) <= SWITCH
