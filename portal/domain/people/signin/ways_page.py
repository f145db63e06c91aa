"""The table of sign-in and recovery as a part of the page ``.github/guides/states.md``."""

from collections.abc import Iterable, Iterator
from itertools import product

from portal.domain.people.credentials.states import CredentialState, Door
from portal.domain.people.signin.evidence import (
    GIVES,
    NOT_WITH,
    POSSIBLE,
    WAYS,
    Account,
    Item,
    Right,
)


def ways_lines() -> Iterator[str]:
    """Return the part of the page of states that shows the table of ``evidence``."""
    yield ""
    yield "## What opens an account"
    yield ""
    yield "The table of sign-in and recovery, `portal/domain/people/signin/evidence.py`: for each"
    yield "right the smallest sets of items that are enough, and the accounts that can give it."
    yield "Nothing else decides. What one theft gives opens and changes nothing, but for a passkey"
    yield "on an unlocked phone, which opens a session. A shut door lets only known browsers in."
    yield "While wrong codes have closed a source, only reset and set_source change one."
    yield ""
    yield _row(["right", "what is enough", "account", "door"])
    yield _row(["---"] * 4)
    for right, ways in WAYS.items():
        enough = "; ".join(" + ".join(one for one in Item if one in way) for way in ways)
        states = [state for state in CredentialState if _somewhere(right, state=state)]
        doors = [door for door in Door if _somewhere(right, door=door)]
        yield _row([f"**{right}**", enough, ", ".join(states), ", ".join(doors)])
    yield ""
    yield _row(["one theft", "gives"])
    yield _row(["---"] * 2)
    for thing, items in GIVES.items():
        yield _row([f"**{thing}**", ", ".join(one for one in Item if one in items)])
    yield ""
    yield _row(["door", "proves nothing on the telephone"])
    yield _row(["---"] * 2)
    for door, items in NOT_WITH.items():
        yield _row([f"**{door}**", ", ".join(one for one in Item if one in items)])


def _somewhere(
    right: Right, *, state: CredentialState | None = None, door: Door | None = None
) -> bool:
    """Return whether a right can be had in a state, or behind a door, of any account."""
    states = CredentialState if state is None else (state,)
    doors = Door if door is None else (door,)
    return any(
        POSSIBLE[right](Account(one, other, known_device=True))
        for one, other in product(states, doors)
    )


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
