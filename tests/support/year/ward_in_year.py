"""One ward in a program year on a clock that moves.

What happens to each household is drawn first, and kept as the truth.

The truth is counted from the draw alone; nothing of it is read back from the system under test.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from portal.demo.families import ExtractPlan
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.households.models import Child
from portal.platform.database import Database
from tests.support.coupons import load_codes
from tests.support.mailroom.roster import Ward
from tests.support.oversight.settlement import end_program
from tests.support.requests.paper import Paper, make_paper
from tests.support.work import work_in
from tests.support.year.fates import FATES, Truth, at


@dataclass
class Year:
    """One ward with ``households`` families; every step commits by itself."""

    database: Database
    folder: Path
    households: int
    seed: int = 7
    truth: Truth = field(default_factory=Truth)
    fates: dict[int, str] = field(default_factory=dict)
    children: dict[int, int] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    files: int = 0
    sent: int = 0
    paper: Paper = field(init=False)

    def begin(self) -> None:
        """Import, load, assign; draw every household's fate."""
        self.paper = make_paper(self.database, self.folder)
        self.paper.program = replace(
            end_program(),
            alternatives=self.paper.program.alternatives,
            requests=replace(end_program().requests, first_redelivery_unasked=True),
        )
        ward = Ward(
            self.database,
            self.folder,
            ExtractPlan(households=self.households, seed=self.seed, clean=True),
        )
        ward.hand_over()
        with self.database.read() as session:
            rows = session.execute(
                select(Child.household_id, func.count())
                .group_by(Child.household_id)
                .order_by(Child.household_id)
            )
            self.children = {household: int(count) for household, count in rows}
        load_codes(self.database, self.folder, sum(self.children.values()) + self.households)
        with self.database.write() as session:
            assign(
                work_in(session, now=at(date(2023, 6, 20))),
                reserve=Reserve.parse("0"),
                protection_loaded=True,
            )
        drawn = [FATES[place % len(FATES)] for place in range(len(self.children))]
        Random(self.seed).shuffle(drawn)
        self.fates = dict(zip(self.children, drawn, strict=True))

    def of(self, *fates: str) -> list[int]:
        """The households with these fates."""
        return [household for household, fate in self.fates.items() if fate in fates]

    def ends(self, household: int, state: str, children: int | None = None) -> None:
        """Note in the truth how children of a household end."""
        self.truth.states[state] += self.children[household] if children is None else children
