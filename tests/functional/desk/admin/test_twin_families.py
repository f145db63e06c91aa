"""Two worlds of the played town, with a generated family under protection and without it.

As in ``test_twin_pages``, but the family has lived there in a way that nobody thought of: every
page and button, every field of a search also while it is typed, what the jobs did and wrote into
the log, messages, metrics, lists, printed cards and letters, and the export are compared. What
fails names the role, the route and the line that told, and shrinks to the smallest life that does.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from tests.functional.desk.admin.test_twin_pages import (
    Choose,
    Extent,
    Suspects,
    Worlds,
    compare,
    played_town,
)
from tests.support.databases.lives import ASKING, BARE, FULL, LIVES, TELEPHONE, Life, live
from tests.support.databases.worlds import World, world
from tests.support.resident import Loop

__all__ = ["played_town"]
QUIET = settings(
    phases=[Phase.explicit],
    deadline=None,
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Town:
    """The played town, in which families are let live before it is doubled."""

    def __init__(self, played: bytes, loop: Loop, folder: Path) -> None:
        self._played = played
        self._loop = loop
        self._folder = folder
        self._path = folder / "town.sqlite3"

    def lived_in(self, life: Life) -> tuple[Worlds, Choose]:
        """Return what makes the town after this life, and what names the family."""
        with self._opened(self._played, "lived") as made:
            family = live(made, life)
        with closing(sqlite3.connect(self._path)) as kept:
            after = kept.serialize()

        def choose(_made: World) -> tuple[set[int], Collection[str]]:
            return {family}, ()

        return lambda: self._opened(after, "twin"), choose

    @contextmanager
    def _opened(self, town: bytes, logins: str) -> Iterator[World]:
        for old in self._folder.glob("town.sqlite3*"):
            old.unlink()
        self._path.write_bytes(town)
        self._path.chmod(0o600)
        with world(f"sqlite:///{self._path}", self._loop, self._folder, logins) as made:
            yield made


@pytest.fixture
def town(played_town: bytes, background_loop: Loop, tmp_path: Path) -> Town:
    return Town(played_town, background_loop, tmp_path)


@pytest.fixture
def suspects() -> Suspects:
    """Shared by the examples of a test: what told once is asked first."""
    return Suspects()


@pytest.mark.matrix
@settings(QUIET)
@example(FULL)
@given(life=LIVES)
def test_nothing_tells_that_a_family_lives_here(town: Town, suspects: Suspects, life: Life) -> None:
    worlds, choose = town.lived_in(life)
    compare(worlds, choose, Extent(1, 2, 1, TELEPHONE), suspects)


@pytest.mark.matrix
@settings(QUIET, phases=[Phase.explicit, Phase.generate, Phase.shrink])
@example(BARE)
@example(ASKING)
@given(life=LIVES)
def test_nothing_tells_it_of_many_lives(town: Town, suspects: Suspects, life: Life) -> None:
    worlds, choose = town.lived_in(life)
    compare(worlds, choose, Extent(1, 1, 1, TELEPHONE), suspects)
