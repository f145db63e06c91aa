"""The morning on which the letters arrive: fifteen sign-ins a second, at the full price (F12)."""

import pytest
from sqlalchemy import select

from portal.domain.people.credentials.models import Credential
from tests.support.faults.lab import Laboratory
from tests.support.faults.record import Note
from tests.support.faults.sign_ins import PROXY, SignIns, add_people

pytestmark = pytest.mark.long
RATE, PEOPLE = 15, 450
"""The whole population in one hour is fourteen a second."""


def test_f12_everybody_gets_in_and_nobody_is_locked_out(laboratory: Laboratory, note: Note) -> None:
    people = add_people(laboratory.database, PEOPLE)
    node = laboratory.node(extra=PROXY)
    came = SignIns([node.url], people, RATE).start().finish()
    came.check()
    with laboratory.database.read() as session:
        assert set(session.scalars(select(Credential.state))) == {"active"}
    note(
        sign_ins_per_s=RATE,
        p50_ms=came.within(0.5) * 1000,
        p95_ms=came.within(0.95) * 1000,
        pressed_again=came.statuses[503],
        shut_out=came.statuses[429],
    )
