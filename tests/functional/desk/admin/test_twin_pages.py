"""Two worlds that differ by families under protection alone: no page and no button tells which.

The played database of a release has rows of nearly every kind. Some of its families are put under
protection; in the other world they and all that is theirs were never there. Each role that may not
know them asks for every route in both: pages and things of everybody, the keys of what is theirs,
which must answer like keys that were never given, and by each form what stands on their papers.
Answers have the same status, headers and text, and the same lines in the log.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from portal.domain.foundation.actors import Role
from portal.domain.people.staff.permissions import Permission, allows
from tests.functional.people.admin.test_permissions import routes
from tests.support.databases.fixtures import NewDatabase
from tests.support.databases.outside import told_outside
from tests.support.databases.searching import SEARCHING, Searches, searches
from tests.support.databases.twins import differing
from tests.support.databases.worlds import (
    UNKNOWING,
    Asked,
    Pages,
    World,
    numbers_of,
    protect,
    restored,
    search_is_ready,
    take_away,
    told,
    world,
)
from tests.support.resident import Loop
from tests.support.staff import ROLES

KEYS = {
    "household_id": "household",
    "task_id": "task",
    "hold_id": "hold",
    "request_id": "request",
    "scan_id": "scan",
    "escalation_id": "escalation",
    "fault_id": "coupon_fault",
    "letter_id": "letter",
    "item_id": "returned_item",
    "coupon_id": "coupon",
    "opening_id": "household_opening",
    "notice_id": "announcement",
    "act_id": "desk_act",
    "page_id": "print_proof_page",
    "parcel_id": "alternative_parcel",
    "case_id": "fax_case",
    "call_id": "call_record",
    "import_id": "roster_import",
    "run_id": "print_run",
    "incident_id": "incident",
    "approval_id": "approval",
    "paper_id": "incident_report",
    "reply_id": "fax_reply",
    "note_id": "household_note",
    "dispatch_id": "dispatch",
    "staff_id": "staff_user",
    "minutes_id": "minutes",
}
"""The tables of what an address names."""
WORDS = {
    "{month:str}": "2023-07",
    "{span:str}": "2023-07-10",
    "{register:str}": "certificate",
    "{figure:str}": "posted",
    "{kind:str}": "decline",
    "{channel:str}": "post",
    "{blank:str}": "redelivery",
    "{status:str}": "held",
    "{part:str}": "answer",
    "{key:str}": "greeting",
}
SUMMED = re.compile(r'\s*<rect[^>]*/>| d="[^"]*"|[\d,.]+| class="none"')
"""A number, the bars of a chart, and how a row is drawn whose number is zero."""
OF_THE_WARDS_AUDITOR = {
    "/": "who asked for protected families",
    "/openings": "that one was opened for work, without its number",
    "/watch": "the same; the auditor searches for nobody and is told no name",
}
SUMS = {
    "/": "children and yen of the contract by state",
    "/lock/open": "the same page, after the screen was unlocked",
    "/today": "letters that were posted, families that signed in",
    "/dispatches": "letters that were printed",
    "/posting": "postage of a month by class",
    "/board": "letters that were printed, and posted by day",
    "/coupons": "codes that were bought and given out",
    "/checklist": "IDs that are in use",
    "/settlement": "every child of the contract stands in one of its sums",
    "/reports/costs": "letters, messages and codes by month, for yen",
    "/reports/declines": "children and yen of those who declined",
    "/management/progress": "children and yen by state",
    "/delivery-report/#-#": "letters that were posted and delivered",
    "/letters": "the same of every run",
    "/letters/#": "letters, children and yen of a run that was printed",
}
"""Pages with sums that stay whole (decision 0045): only their numbers may differ."""
QUIET = settings(
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FORM = re.compile(r'<form[^>]*action="(/[^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
INPUT = re.compile(r"<(?:input|textarea)[^>]*>")
CHOICE = re.compile(r'<select[^>]*name="([^"]*)".*?<option value="([^"]+)"', re.DOTALL)
TYPED = frozenset({"text", "search", "tel"})
LEAVING = frozenset({"/signout", "/lock", "/account/sign-out-others", "/calls/hang-up"})
"""Forms by which somebody would ask no more."""


@dataclass(frozen=True)
class Chosen:
    """Families by their place among all, and what of nobody is theirs too."""

    places: frozenset[int]
    things: frozenset[str]


@dataclass(frozen=True)
class Extent:
    """How many things of everybody and of the families each route is asked for, and numbers.

    ``telephone``: what the family's is, if it is searched for in every field.
    """

    shared: int
    theirs: int
    numbers: int
    telephone: str = ""


Worlds = Callable[[], AbstractContextManager[World]]
"""Makes the town anew."""
Choose = Callable[[World], tuple[set[int], Collection[str]]]
"""Names the families, and what of nobody is theirs too."""


def among_all(chosen: Chosen) -> Choose:
    """Families of the played town, by their place."""

    def choose(made: World) -> tuple[set[int], Collection[str]]:
        every = sorted(made.keys("household"))
        places = chosen.places
        return {next((k for k in every if k > at), every[-1]) for at in places}, chosen.things

    return choose


CHOSEN = st.builds(
    Chosen,
    st.frozensets(st.integers(0, 112), min_size=1, max_size=3),
    st.frozensets(st.sampled_from(["task", "escalation"])),
)


def filled(path: str, key: int, there: World) -> str:
    """The address of a thing; what else it names is of everybody."""
    first, *others = re.findall(r"\{(\w+):int\}", path)
    path = path.replace(f"{{{first}:int}}", str(key))
    for name in others:
        known = there.keys(KEYS[name]) if name in KEYS else []
        path = path.replace(f"{{{name}:int}}", str(known[0] if known else 1))
    return path


def addresses(role: Role, without: World, extent: Extent) -> Iterator[Asked]:
    """What a role may ask for: pages of everybody's things, each route of what is gone."""
    for method, route, access in routes():
        if access == "public" or not allows(Permission(access), role, ROLES[role]):
            continue
        path = route
        for placeholder, word in WORDS.items():
            path = path.replace(placeholder, word)
        names = re.findall(r"\{(\w+):int\}", path)
        if not names and method == "GET":
            yield Asked(method, path)
        if names and (table := KEYS.get(names[0])):
            shared = without.keys(table)[: extent.shared] if method == "GET" else []
            theirs = sorted(without.gone.get(table, ()))[-extent.theirs :]
            yield from (Asked(method, filled(path, key, without)) for key in [*shared, *theirs])


def forms(pages: Pages, numbers: tuple[str, ...]) -> Iterator[Asked]:
    """Each form of the pages, with a number of theirs in every field that takes a text."""
    seen = set[str](LEAVING)
    for page in pages.values():
        for action, inside in FORM.findall(str(page)):
            if action in seen or re.search(r"/\d", action):
                continue
            seen.add(action)
            fields = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in INPUT.findall(inside)]
            named = [one for one in fields if "name" in one]
            typed = [one["name"] for one in named if one.get("type", "text") in TYPED]
            kept = {
                one["name"]: unescape(one.get("value", ""))
                for one in named
                if one.get("type") == "hidden"
            }
            kept |= dict(CHOICE.findall(inside))
            for number in numbers if typed else numbers[:1]:
                yield Asked("POST", action, kept | dict.fromkeys(typed, number))


class Suspects:
    """The routes that told once: while an example shrinks, only these are asked for again."""

    def __init__(self) -> None:
        self.told = set[tuple[Role, str]]()

    def among(self, role: Role, asked: Iterable[Asked]) -> list[Asked]:
        """What is asked for; all pages where a form told, since they have the forms."""
        if not self.told or any(
            route.startswith("POST") for who, route in self.told if who == role
        ):
            return list(asked)
        return [one for one in asked if (role, _route(str(one))) in self.told]

    def note(self, different: Mapping[Role, Collection[str]]) -> None:
        """Keep what differed."""
        self.told |= {(role, _route(one)) for role, found in different.items() for one in found}


def _route(asked: str) -> str:
    method, path = asked.split(" ")[:2]
    return re.sub(r"\d+", "#", f"{method} {path.rstrip(':')}")


def compare(
    worlds: Worlds, choose: Choose, extent: Extent, suspects: Suspects | None = None
) -> None:
    """Ask both worlds for everything as everybody; the one without decides what is asked."""
    suspects = suspects or Suspects()
    with worlds() as without:
        families, things = choose(without)
        protect(without, families, things)
        numbers = numbers_of(without, families)
        search = searched(without, families, numbers, extent)
        take_away(without, families)
        known = without.keys("household")[: extent.shared]
        search_is_ready(without)
        aside = told_outside(without, (), export=not things)
        asked, answers = dict[Role, tuple[list[Asked], ...]](), dict[Role, Pages]()
        for role in UNKNOWING:
            opened = suspects.among(role, addresses(role, without, extent))
            answers[role] = told(without, role, opened, known)
            typed = list(forms(answers[role], numbers[: extent.numbers]))
            wanted = [*search.asked] if search and role in SEARCHING else []
            answers[role] |= told(without, role, typed, known) | told(without, role, wanted, known)
            asked[role] = opened, typed, wanted
    with worlds() as there:
        protect(there, families, things)
        search_is_ready(there)
        outside = differing(told_outside(there, families, export=not things), aside)
        different = dict[Role, list[str]]()
        for who, parts in asked.items():
            found: Pages = {}
            for part in parts:
                found |= told(there, who, part, known)
            different[who] = differing(masked(who, found), masked(who, answers[who]))
        if search:
            the_ward_finds(there, search)
    suspects.note(different)
    lines = [f"{role.value}: {line}" for role, found in different.items() for line in found]
    assert not outside + lines, "\n".join(outside + lines)


def searched(
    made: World, families: Collection[int], numbers: Collection[str], extent: Extent
) -> Searches | None:
    """Every search for the first family, while it is there to be read."""
    if not extent.telephone:
        return None
    return searches(made, min(families), extent.telephone, numbers)


def the_ward_finds(there: World, search: Searches) -> None:
    """The searches are no empty ones: who may know finds the family by each field."""
    found = told(there, Role.WARD_OFFICER, search.outside_calls, [])
    fields = {
        field
        for one in search.outside_calls
        if f"/households/{search.family}" in str(found[str(one)])
        for field in one.form
    }
    assert fields == {"name", "place", "birth", "postal", "number", "q"}


def masked(role: Role, pages: Pages) -> Pages:
    """The answers without sums, and for the ward's auditor without who was asked for."""
    found: Pages = {}
    for asked, page in pages.items():
        path = asked.split(" ")[1]
        if role is Role.AUDITOR and _within(path, OF_THE_WARDS_AUDITOR):
            continue
        found[asked] = SUMMED.sub("", str(page)) if _within(path, SUMS) else page
    return found


def _within(path: str, pages: Collection[str]) -> bool:
    route = re.sub(r"\d+", "#", path)
    return route in pages or any(route.startswith(f"{one}/") for one in pages if one != "/")


@pytest.fixture(scope="session")
def played_town(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("town") / "town.sqlite3"
    restored(f"sqlite:///{path}")
    return path.read_bytes()


@pytest.fixture
def worlds(new_database: NewDatabase, background_loop: Loop, tmp_path: Path) -> Worlds:
    """On both kinds of database."""

    @contextmanager
    def made() -> Iterator[World]:
        url = new_database(False)
        restored(url)
        with world(url, background_loop, tmp_path) as one:
            yield one

    return made


@pytest.fixture
def sqlite_worlds(played_town: bytes, background_loop: Loop, tmp_path: Path) -> Worlds:
    path = tmp_path / "town.sqlite3"

    @contextmanager
    def made() -> Iterator[World]:
        for old in tmp_path.glob("town.sqlite3*"):
            old.unlink()
        path.write_bytes(played_town)
        path.chmod(0o600)
        with world(f"sqlite:///{path}", background_loop, tmp_path) as one:
            yield one

    return made


@pytest.mark.matrix
@settings(QUIET, phases=[Phase.explicit])
@example(Chosen(frozenset({0}), frozenset()))
@given(chosen=CHOSEN)
def test_none_tells_it_of_many_families(worlds: Worlds, chosen: Chosen) -> None:
    compare(worlds, among_all(chosen), Extent(1, 2, 3))


@settings(QUIET, phases=[Phase.explicit])
@example(Chosen(frozenset({36, 106}), frozenset({"task", "escalation"})))
@given(chosen=CHOSEN)
def test_no_page_and_no_button_tells_that_a_family_is_there(
    sqlite_worlds: Worlds, chosen: Chosen
) -> None:
    """Of the two families that have most; many others are compared where time is."""
    compare(sqlite_worlds, among_all(chosen), Extent(0, 1, 1))
