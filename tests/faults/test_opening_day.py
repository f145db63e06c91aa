"""The morning on which the letters arrive: fifteen sign-ins a second, at the full price (F12).

And a morning on which the database dies: nobody who presses again is shut out.
"""

import random
import time

import pytest
from sqlalchemy import select

from portal.domain.people.credentials.models import Credential
from tests.support.faults.lab import Laboratory
from tests.support.faults.record import Note
from tests.support.faults.sign_ins import PROXY, SignIns, add_people, all_together

RATE, PEOPLE = 15, 450
"""The whole population in one hour is fourteen a second."""
FAMILIES_OF_ONE_PLACE, THEIR_RATE = 80, 8


def check_nobody_is_shut_out(laboratory: Laboratory, came: SignIns) -> None:
    came.check()
    with laboratory.database.read() as session:
        assert set(session.scalars(select(Credential.state))) == {"active"}


@pytest.mark.long
def test_f12_everybody_gets_in_and_nobody_is_locked_out(laboratory: Laboratory, note: Note) -> None:
    people = add_people(laboratory.database, PEOPLE)
    node = laboratory.node(extra=PROXY)
    came = SignIns([node.url], people, RATE).start().finish()
    check_nobody_is_shut_out(laboratory, came)
    note(
        sign_ins_per_s=RATE,
        p50_ms=came.within(0.5) * 1000,
        p95_ms=came.within(0.95) * 1000,
        pressed_again=came.statuses[503],
        shut_out=came.statuses[429],
    )


def test_f2_families_of_one_address_get_in_though_the_database_is_killed(
    laboratory: Laboratory, dice: random.Random, note: Note
) -> None:
    """What was counted and could not be decided is given back, before an address is full."""
    people = add_people(laboratory.database, FAMILIES_OF_ONE_PLACE)
    node = laboratory.node(extra=PROXY)
    came = SignIns([node.url], people, THEIR_RATE, all_together).start()
    for moment in sorted(dice.uniform(0.5, 3.5) for _kill in range(2)):
        time.sleep(moment)
        laboratory.server.kill()
        time.sleep(dice.uniform(0, 1))
        laboratory.server.start()
    came.finish()
    check_nobody_is_shut_out(laboratory, came)
    note(
        sign_ins=came.places.total(),
        pressed_again=came.statuses[503],
        shut_out=came.statuses[429],
        slowest_s=came.within(1),
    )
