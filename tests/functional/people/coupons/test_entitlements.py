"""Entitlements: the sums over all states are those of the eligible children, at every moment."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from portal.domain.foundation.errors import InputError, WrongStateError
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.queries import Total, of_household, totals
from portal.domain.people.entitlements.services import (
    NewEntitlement,
    change,
    create_all,
    hold_household,
    release_household,
)
from portal.domain.people.entitlements.states import ALL, ENTITLEMENT, FINAL
from portal.platform.database import Database
from tests.support.coupons import AMOUNT, NOW, add_households
from tests.support.work import work_in

STEP = st.tuples(
    st.integers(1, 4), st.sampled_from([*ENTITLEMENT.steps, "hold household", "release household"])
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEP, max_size=15))
def test_whatever_happens_children_and_yen_add_up(
    sqlite_database: Database, steps: list[tuple[int, str]]
) -> None:
    with sqlite_database.write() as session:
        if not session.scalars(select(Entitlement.id).limit(1)).first():
            add_households(session, 4, children=2)
        session.execute(delete(Entitlement))
        for household_id in range(1, 5):
            children = [household_id * 100 + 1, household_id * 100 + 2]
            new = [NewEntitlement(child, household_id, AMOUNT) for child in children]
            create_all(session, new, NOW)
        for household_id, action in steps:
            if action == "hold household":
                hold_household(session, household_id, NOW)
            elif action == "release household":
                release_household(session, household_id, NOW)
            else:
                entitlement = of_household(session, household_id)[0]
                possible = ENTITLEMENT.can(entitlement.state, action)
                try:
                    change(work_in(session), entitlement.id, action)
                except WrongStateError:
                    assert not possible
            sums = totals(session)
            assert sums.adds_up(8, 8 * AMOUNT)
            assert set(sums.by_state) == set(ALL)
            assert sums.final + sums.by_state["in_progress"] + sums.by_state["held"] == sums.all


def test_a_hold_keeps_all_children_and_a_final_state_stays(database: Database) -> None:
    with database.write() as session:
        add_households(session, 2, children=2)
        change(work_in(session), of_household(session, 1)[0].id, "decline")
        assert hold_household(session, 1, NOW) == 1
        assert hold_household(session, 1, NOW) == 0
        assert [row.state for row in of_household(session, 1)] == ["declined", "held"]
        assert [row.state for row in of_household(session, 2)] == ["in_progress"] * 2
        assert release_household(session, 1, NOW) == 1
        sums = totals(session)
    assert sums.by_state["declined"] == Total(1, AMOUNT)
    assert sums.by_state["in_progress"] == Total(3, 3 * AMOUNT)
    assert "declined" in FINAL


@pytest.mark.asvs("2.3.2")
def test_a_child_has_one_entitlement_of_a_positive_amount(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        add_households(session, 1)
    with pytest.raises(IntegrityError), database.write() as session:
        create_all(session, [NewEntitlement(101, 1, AMOUNT)], NOW)
    with pytest.raises(InputError), database.write() as session:
        create_all(session, [NewEntitlement(101, 1, 0)], NOW)
