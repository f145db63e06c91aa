"""A run of letters is handed over or discarded when it is whole, never while it is built."""

from portal.domain.letters.letters.states import PRINT_RUN


def test_a_run_that_is_still_built_can_only_be_finished_or_lost_with_its_machine() -> None:
    possible = {action for action in PRINT_RUN.steps if PRINT_RUN.can("building", action)}
    assert possible == {"finish", "lose"}


def test_a_run_goes_one_way_only() -> None:
    for state in ("handed_over", "discarded"):
        assert not any(PRINT_RUN.can(state, action) for action in PRINT_RUN.steps)
