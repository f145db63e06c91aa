"""Who comes to the routes of the staff's site: the walk, the tests of their pages, or nobody.

``unreached.toml`` names the routes that the walk does not come to. A route is in one of three
places: walked, played by the tests of its page (which ``./run matrices`` holds to it), or kept
aside with a reason. What the walk comes to, but shows to some role only in a case that it does not
have, is named there, too.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from tests.support.sources import ROOT

FILE = "tests/functional/people/fields/unreached.toml"


@dataclass(frozen=True, slots=True)
class Unreached:
    """What the walk does not come to, of a table of fields.

    Attributes:
        played: Routes that the tests of their pages come to, each with the file of these tests.
        shows: What such tests are shown and the walk is not: ``role route: class``, each with the
            file.
        kept: Routes that nothing comes to, with the reason.
        unseen: What nobody is shown on a route that the walk comes to, with the reason.
    """

    played: Mapping[str, str]
    shows: Mapping[str, str]
    kept: Mapping[str, str]
    unseen: Mapping[str, str]

    @property
    def routes(self) -> set[str]:
        """The routes that the walk does not come to."""
        return {*self.played, *self.kept}

    @property
    def cells(self) -> set[str]:
        """What the walk is not shown."""
        return {*self.shows, *self.unseen}

    @property
    def files(self) -> set[str]:
        """The files of tests that are held to the table."""
        return {*self.played.values(), *self.shows.values()}


@cache
def unreached() -> Unreached:
    """Return what is written."""
    found = tomllib.loads((ROOT / FILE).read_text("utf-8"))
    return Unreached(
        {path: file for file, paths in found["played"].items() for path in paths},
        {cell: file for file, lines in found["shows"].items() for cell in _cells(lines)},
        {path: why for why, paths in found["kept"].items() for path in paths},
        {cell: why for why, lines in found["unseen"].items() for cell in _cells(lines)},
    )


def _cells(lines: list[str]) -> list[str]:
    """Return a cell for each class of lines: ``role route: class class``."""
    return [
        f"{line.partition(': ')[0]}: {name}"
        for line in lines
        for name in line.partition(": ")[2].split()
    ]


@dataclass(frozen=True, slots=True)
class Played:
    """What files of tests came to.

    Attributes:
        files: The files of which a test ran.
        reached: Their routes that let somebody in, each with its file.
        shown: What they were shown, ``role route: class``, each with its file.
    """

    files: set[str] = field(default_factory=set)
    reached: set[tuple[str, str]] = field(default_factory=set)
    shown: set[tuple[str, str]] = field(default_factory=set)


def left_out(played: Played) -> list[str]:
    """Say what the files that were played owe to the register; nothing of others."""
    written = unreached()
    away = [
        f"{path} lets nobody in in {file}"
        for path, file in written.played.items()
        if file in played.files and (file, path) not in played.reached
    ]
    hidden = [
        f"{cell} is not shown in {file}"
        for cell, file in written.shows.items()
        if file in played.files and (file, cell) not in played.shown
    ]
    return sorted([*away, *hidden])
