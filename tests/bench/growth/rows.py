"""The rows that are measured on a ward: pages and searches over sockets, commands, letters."""

import itertools
import re
import resource
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from portal.domain.foundation.actors import Role
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.people.authn import sessions
from portal.domain.people.households.models import Child
from portal.platform.database import Database
from portal.platform.http.cookies import form_token
from tests.bench.bulk_year import Size, statement
from tests.bench.generator import Step, Visit
from tests.bench.ground import SignedIn, tree
from tests.bench.growth.ward import WARD, YEAR, Cost, Kept, desk
from tests.bench.measuring import OFFSET, Make, Measured, Piece, come, in_rounds, median, send
from tests.bench.seats import Seat, in_a_call, seat
from tests.functional.people.admin.test_looks import opened as look
from tests.support.coupons import FULL_PRICE, VAULT
from tests.support.faults.cluster import opened
from tests.support.faults.nodes import Node, serving
from tests.support.mailroom.letters import printer
from tests.support.programs.servers import until
from tests.support.resident import start_session

ROUNDS, VISITS, AGENTS, CONNECTIONS = 3, 100, 10, 4
LETTERS_OF, MOST_LETTERS = 50, 20_000
"""A letter for so many households, and at most so many."""
MONTH = "2023-07"


def pages(kept: Kept) -> Mapping[str, Cost]:
    """Measure what people open, in milliseconds a page, and the index of the staff's search."""
    with kept.copied(WARD) as url, opened(url) as database:
        resident, staff = (
            Node(
                kept.settings,
                url,
                kept.folder / f"{site}.log",
                OFFSET,
                site=site,
                workers=workers,
                extra={"PORTAL_WAITING_ROOM_FROM": "0"},
            )
            for site, workers in (("resident", 2), ("staff", 1))
        )
        before = kept.tree.seconds()
        with serving(resident, staff):
            families = list(_families(kept, database, resident.url))
            pieces, index = _at_the_desk(kept, database, staff, before)
            site = tree(resident)
            shown = [one.post("/coupon/1/reveal", to="/coupon/1") for one in families]
            send(_own(shown), CONNECTIONS)
            for name, path in (("home", "/home"), ("coupon page", "/coupon/1")):
                visits = _own([one.get(path) for one in families]) * (VISITS // len(families))
                pieces.append(Piece(name, _always(visits), site, CONNECTIONS))
            seen = in_rounds(pieces, kept.counted(url), rounds=ROUNDS)
    found = {name: median(figures) for name, figures in seen.items()}
    return {"index of the search": index} | {
        name: Cost(one.server, one.database, one.peak) for name, one in found.items()
    }


def _families(kept: Kept, database: Database, site: str) -> Iterator[SignedIn]:
    for person in kept.people:
        token = start_session(database, person, datetime.now(UTC) + OFFSET)
        yield SignedIn(site, token, form_token(VAULT, sessions.token_hash(token).hex()), person)


def _always(visits: Sequence[Visit]) -> Make:
    """Let the same visitors come in every round."""
    return lambda _round: visits


def _own(visits: Sequence[Visit]) -> list[Visit]:
    """Let each family see its own names, and take those of another for a leak."""
    return [replace(visit, canary=number) for number, visit in enumerate(visits, 1)]


def _at_the_desk(
    kept: Kept, database: Database, staff: Node, before: float
) -> tuple[list[Measured], Cost]:
    """Return the pieces of the desk, and what the site's start cost, which makes the index."""
    colleagues = desk(kept, database)
    agents = [in_a_call(staff.url, colleagues) for _ in range(AGENTS)]
    officer = seat(staff.url, colleagues, Role.OFFICER)
    look(officer.visitor, kept.people[0].household_id)
    keys = itertools.count()

    def search(agent: Seat) -> Visit:
        form = {"name": "金糸雀1", "form_key": f"s{next(keys)}"}
        found = Step("found", f"{agent.site}/desk")
        step = Step("search", f"{agent.site}/desk/search", form, 303)
        return replace(agent.visit(step, found), canary=1)

    def page(path: str) -> list[Visit]:
        return [replace(officer.page(path), canary=1) for _ in range(VISITS)]

    until(lambda: not come([search(agents[0])], 1).wrong)
    site = tree(staff)
    index = Cost(site.seconds(), kept.tree.seconds() - before, site.megabytes())
    household = page(f"/households/{kept.people[0].household_id}")
    queue = page("/reviews?kind=decline")
    found: list[Measured] = [
        Piece(
            "search by name",
            lambda _round: [search(agents[n % AGENTS]) for n in range(VISITS // 2)],
            site,
            CONNECTIONS,
        ),
        Piece("household page", _always(household), site, CONNECTIONS),
        Piece("review queue", _always(queue), site, CONNECTIONS),
    ]
    return found, index


def letters(kept: Kept) -> Mapping[str, Cost]:
    """Build letters at a password's full price; the households that are not due count, too."""
    count = min(MOST_LETTERS, kept.size // LETTERS_OF)
    out = kept.folder / "letters"
    shutil.rmtree(out, ignore_errors=True)
    with kept.copied(WARD) as url, opened(url) as database:
        full = replace(printer(database, out), vault=FULL_PRICE)
        before, used = kept.tree.seconds(), _seconds()
        built = build_letters(full, workers=2, limit=count)
        assert isinstance(built, BuiltRun), built
        cost = Cost(_seconds() - used, kept.tree.seconds() - before)
    return {"letters, one of fifty": cost}


def _seconds() -> float:
    """Return the processor seconds of this process and of its children that have ended."""
    sides = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in sides)


def year(kept: Kept) -> Mapping[str, Cost]:
    """Measure the month's reports, the settlement, the export and a backup, in seconds."""
    out = kept.folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    with kept.copied(YEAR) as url, opened(url) as database:
        with database.read() as session:
            children = session.scalar(select(func.count()).select_from(Child)) or 0
        statement(database, out / "statement.csv", Size(kept.size, children))
        portal = kept.portal(url, after_the_year=True)
        for login, organization, role in (
            ("officer", "contractor", "officer"),
            ("ward", "ward", "ward_officer"),
        ):
            who = ("--login", login, "--organization", organization, "--role", role)
            added = portal.run("staff", "add", *who, "--name", login)
            assert added.returncode == 0, added.stderr
        identity = portal.run("backup", "create-identity", out / "identity.txt")
        (public,) = re.findall(r"age1\w+", identity.stdout)
        return {
            name: together([kept.command(portal, *one) for one in commands])
            for name, commands in _commands(out, public).items()
        }


def _commands(out: Path, recipient: str) -> Mapping[str, Sequence[Sequence[object]]]:
    """Return the commands of each row, in the order in which a ward runs them."""
    taken = ("--profile", "sandbox", "--as-of", "2024-03-31")
    kept_for = ("--owner", "課", "--days", "1")
    return {
        "month's reports": [
            ("report", "delivered"),
            ("report", "declines"),
            ("report", "delivery", MONTH, "--out", out),
        ],
        "settlement": [
            ("coupons", "statement", out / "statement.csv", *taken),
            ("settlement", "show", "--pdf", out / "s.pdf", "--xlsx", out / "s.xlsx"),
            ("settlement", "propose", "--by", "officer"),
            ("settlement", "confirm", "--by", "ward"),
            ("settlement", "verify"),
        ],
        "export": [("export", "--by", "ward", "--out", out / "export")],
        "backup": [("backup", "--out", out, "--recipient", recipient, *kept_for)],
    }


def together(costs: Sequence[Cost]) -> Cost:
    """Return the cost of several pieces, one after the other."""
    return Cost(
        sum(one.processor for one in costs),
        sum(one.database for one in costs),
        max(one.peak for one in costs),
    )
