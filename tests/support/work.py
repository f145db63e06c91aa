"""Builds the unit of work that services take, from what a test has at hand."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM, Actor
from portal.domain.foundation.clock import Clock, FixedClock
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work, WorkSource
from portal.platform.database import Database
from tests.support.coupons import NOW, VAULT
from tests.support.sample_ward import sample_program


def work_in(
    session: Session,
    actor: Actor = SYSTEM,
    now: datetime = NOW,
    *,
    vault: Vault = VAULT,
    program: Program | None = None,
) -> Work:
    """A work in a transaction of the test."""
    return Work(session, vault, program or sample_program(), actor, now)


def source_of(
    database: Database,
    clock: Clock | None = None,
    actor: Actor = SYSTEM,
    *,
    vault: Vault = VAULT,
    program: Program | None = None,
) -> WorkSource:
    """A source of works in the test's database."""
    return WorkSource(
        database.read,
        database.write,
        vault,
        clock or FixedClock(NOW),
        actor,
        program or sample_program(),
    )
