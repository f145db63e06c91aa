"""The page of states in the guides says what the machines say."""

from portal.cli.states import PAGE
from portal.domain.desk.casework.state_matrix import as_markdown


def test_the_page_of_states_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == as_markdown(), "run ./run portal states --write"
