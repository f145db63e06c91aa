"""Approval of print runs where a test is about something else: a proof without pictures, decided by a second person."""

from datetime import datetime

from portal.domain.actors import Actor
from portal.domain.printing.proof_content import build_sha256
from portal.domain.printing.proof_decisions import approve_proof
from portal.domain.printing.proofs import store_proof
from portal.platform.database import Database
from tests.support.coupons import NOW, VAULT


def approve_run(database: Database, run_id: int, maker: Actor, approver: Actor, now: datetime = NOW) -> None:
    """One person makes a run's proof, another approves it."""
    with database.write() as session:
        store_proof(session, VAULT, run_id, build_sha256(session, run_id), 1, (), maker, now)
        approve_proof(session, run_id, approver, now)
