"""Approval of print runs where a test is about something else.

``main`` makes a real proof in a process of its own, to be killed.
"""

import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.mailroom.printing.proofs.content import build_sha256
from portal.domain.mailroom.printing.proofs.decisions import approve_proof
from portal.domain.mailroom.printing.proofs.making import DrawnProof, make_proof, store_proof
from portal.platform.database import Database, make_engine
from tests.support.coupons import NOW
from tests.support.mailroom.letters import printer
from tests.support.work import work_in


def approve_run(
    database: Database, run_id: int, maker: Actor, approver: Actor, now: datetime = NOW
) -> None:
    """One person makes a run's proof, another approves it."""
    with database.write() as session:
        store_proof(
            work_in(session, maker, now), run_id, DrawnProof(1, build_sha256(session, run_id))
        )
        approve_proof(work_in(session, approver, now), run_id)


def main() -> None:
    """Make a proof: URL of the database, letters folder, run, officer."""
    url, folder, run_id, officer = sys.argv[1:]
    database = Database(make_engine(url))
    made = replace(
        printer(database, Path(folder)),
        actor=Actor(Role.OFFICER, int(officer), Organization.CONTRACTOR),
    )
    sys.stdout.write("go\n")
    sys.stdout.flush()
    make_proof(made, int(run_id))
    database.engine.dispose()
    sys.stdout.write("made\n")
