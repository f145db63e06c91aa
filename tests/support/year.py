"""A program year played on a clock that moves.

What happens to each household is drawn first, and kept as the truth.

The truth is counted from the draw alone; nothing of it is read back from the system under test.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import func, select, update

from portal.demo.families import ExtractPlan
from portal.demo.issuer import make_statement
from portal.domain.foundation.actors import Actor, Channel, Role
from portal.domain.foundation.clock import FixedClock, jst_date
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.mail import SIMPLE_REGISTERED
from portal.domain.mailroom.printing.dispatch.handover import confirm_hand_over, propose_hand_over
from portal.domain.mailroom.printing.dispatch.posting import Entry, post_letters
from portal.domain.mailroom.printing.proofs.decisions import approve_proof
from portal.domain.mailroom.printing.proofs.making import make_proof
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.returned_mail.receiving import Pile, receive
from portal.domain.mailroom.tracking.file import CsvFeed
from portal.domain.mailroom.tracking.ingest import take_tracking
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.queries import open_code
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.coupons.services import reveal, suspend_household
from portal.domain.people.coupons.statement import import_statement
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import change, hold_household
from portal.domain.people.households.models import Child, Household
from portal.domain.requests.declines import services as declines
from portal.domain.requests.declines.review import DECLINE_KIND
from portal.domain.requests.declines.written import DeclineNote, WhyDecline
from portal.domain.requests.redeliveries.review import REDELIVERY_KIND
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from tests.support.coupons import AMOUNT, load_codes, sandbox_profile
from tests.support.mailroom.accidents import lose_batch, wrong_counts
from tests.support.mailroom.letters import printer
from tests.support.mailroom.roster import Ward
from tests.support.oversight.settlement import end_program
from tests.support.people import Person
from tests.support.requests.paper import Paper, make_paper
from tests.support.work import work_in

FATES = (
    "exchanged",
    "part",
    "lapsed",
    "unseen",
    "absent_then_exchanged",
    "redelivered_exchanged",
    "undelivered",
    "declined",
    "paper",
    "moved",
    "died",
    "protected_later",
    "mixed",
    "wrong_count",
)
SHOWN = (
    "exchanged",
    "part",
    "lapsed",
    "absent_then_exchanged",
    "redelivered_exchanged",
    "wrong_count",
)
DECLINED, PRINTED, POSTED, AGAIN = (
    date(2023, 7, 3),
    date(2023, 7, 4),
    date(2023, 7, 5),
    date(2023, 8, 1),
)
PART = 12_345
HEADER = "お問い合わせ番号,状態発生日,配送履歴,詳細,取扱局"


def at(day: date, hour: int = 12) -> datetime:
    """Noon in Japan."""
    return datetime(day.year, day.month, day.day, hour - 9, tzinfo=UTC)


def label(number: int) -> str:
    """A tracking number with its check digit."""
    body = str(3_110_000_000 + number)
    return body + str(int(body) % 7)


@dataclass
class Truth:
    """What the draw says must come out: final states, used yen, and the days of the mail."""

    states: Counter[str] = field(default_factory=Counter)
    used_yen: int = 0
    posted: Counter[tuple[date, int]] = field(default_factory=Counter)
    delivered: Counter[tuple[date, int]] = field(default_factory=Counter)
    returned: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)
    """Letters that count no more, by what went wrong."""


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

    def play(self) -> None:
        """From the extract to the day after the last use."""
        self.begin()
        self.decline()
        self.letters()
        self.mail()
        self.come_back()
        self.wrong_counts()
        self.send_again()
        self.mishaps()
        self.alternatives()
        self.spend()

    # ---- June: the extract, the codes, who these people are -----------------------------------
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

    # ---- requests -----------------------------------------------------------------------------
    def decline(self) -> None:
        """Some decline for all children before any letter is printed; an officer accepts."""
        now = at(DECLINED)
        for household in self.of("declined"):
            self._decline(household, tuple(range(1, self.children[household] + 1)), now)
            self.ends(household, "declined")

    def _decline(self, household: int, ordinals: tuple[int, ...], now: datetime) -> None:
        program = self.paper.program
        with self.database.write() as session:
            actor = Actor(Role.RESIDENT, household, channel=Channel.PORTAL)
            row = declines.submit(
                work_in(session, actor, now, program=program),
                household,
                ordinals,
                written=DeclineNote(WhyDecline.NOT_NEEDED),
            )
            decide(
                work_in(session, self.paper.officer, now, program=program),
                DECLINE_KIND,
                row.id,
                row.version,
                Decided("accept"),
            )

    # ---- July: letters ------------------------------------------------------------------------
    def letters(self) -> None:
        """Print, hand over by two people, post with a label on each.

        A first batch gets lost and is made anew.
        """
        lost = self.households // 4
        run_id, paper = self._build(PRINTED, limit=lost), self.paper
        lose_batch(self.database, self.folder, run_id, paper.officer, paper.ward, at(PRINTED, 16))
        self.truth.given_up["archive_lost"] += lost
        self._print(PRINTED, POSTED)

    def _build(self, printed: date, *, limit: int | None = None) -> int:
        """Build a run and approve it from its proof; returns its key."""
        made = printer(self.database, self.folder / "letters", FixedClock(at(printed)))
        built = build_letters(made, workers=1, limit=limit)
        assert isinstance(built, BuiltRun)
        make_proof(replace(made, actor=self.paper.officer), built.run_id)
        with self.database.write() as session:
            approve_proof(work_in(session, self.paper.ward, at(printed, 15)), built.run_id)
        return built.run_id

    def _print(self, printed: date, posted: date, again: Collection[int] = ()) -> None:
        """Print and post all that is due.

        ``again`` are the households whose letter is a redelivery.
        """
        run_id, now = self._build(printed), at(printed, 15)
        with self.database.write() as session:
            propose_hand_over(work_in(session, self.paper.officer, now), run_id)
            confirm_hand_over(work_in(session, self.paper.ward, now), run_id)
        with self.database.write() as session:
            rows = session.execute(
                select(Letter.number, Letter.household_id)
                .where(Letter.print_run_id == run_id)
                .order_by(Letter.id)
            ).all()
            entries = []
            for number, household in rows:
                self.sent += 1
                self.labels[household] = label(self.sent)
                entries.append(Entry(number, label(self.sent)))
                self.truth.posted[posted, int(household in again)] += 1
            post_letters(
                work_in(session, self.paper.officer, at(posted, 18)),
                entries,
                posted,
                SIMPLE_REGISTERED,
            )

    def mail(self) -> None:
        """What the post says of the first letters, in three files whose order does not matter."""
        events: list[tuple[int, date, str, str]] = []
        for household, fate in self.fates.items():
            if fate == "declined":
                continue
            if fate in {"redelivered_exchanged", "undelivered"}:
                events.append((household, POSTED + timedelta(days=2), "ご不在のため持ち戻り", ""))
                events.append(
                    (
                        household,
                        POSTED + timedelta(days=9),
                        "差出人に返送",
                        "保管期間が経過したため",
                    )
                )
                continue
            arrives = POSTED + timedelta(days=2 + household % 3)
            if fate == "absent_then_exchanged":
                events.append((household, arrives, "ご不在のため持ち戻り", ""))
                arrives += timedelta(days=3)
            events.append((household, arrives, "お届け先にお届け済み", ""))
            self.truth.delivered[arrives, 0] += 1
        Random(1).shuffle(events)
        for place in range(3):
            self._track(events[place::3], at(date(2023, 7, 20)))

    def _track(self, events: Iterable[tuple[int, date, str, str]], now: datetime) -> None:
        lines = [
            f"{self.labels[h]},{day:%Y/%m/%d},{word},{detail},みなも局"
            for h, day, word, detail in events
        ]
        data = "\r\n".join((HEADER, *lines, "")).encode("cp932")
        with self.database.write() as session:
            take_tracking(
                work_in(session, self.paper.officer, now, program=self.paper.program), CsvFeed(data)
            )

    def come_back(self) -> None:
        """Letters on our table: half for storage, half for an address that nobody knows."""
        day = date(2023, 7, 21)
        for household in self.of("redelivered_exchanged", "undelivered"):
            reason = (
                "storage_ended"
                if self.fates[household] == "redelivered_exchanged"
                else "address_unknown"
            )
            pile = Pile(reason, "A-1", day, day + timedelta(days=180))
            with self.database.write() as session:
                receive(
                    work_in(session, self.paper.officer, at(day), program=self.paper.program),
                    self.labels[household],
                    pile,
                )
            self.truth.returned[reason] += 1

    def wrong_counts(self) -> None:
        """Envelopes whose enclosures were miscounted."""
        households = self.of("wrong_count")
        wrong_counts(self.database, households, self.paper.officer, at(date(2023, 7, 22)))
        self.truth.given_up["wrong_count"] += len(households)

    def send_again(self) -> None:
        """Approve what was asked for; the next run makes new letters, and they arrive."""
        program = self.paper.program
        with self.database.write() as session:
            for row in session.scalars(
                select(Request).where(Request.kind == "redelivery", Request.state != "closed")
            ):
                work = work_in(session, self.paper.second, at(date(2023, 7, 24)), program=program)
                decide(work, REDELIVERY_KIND, row.id, row.version, Decided("approve"))
        again, replaced = self.of("redelivered_exchanged"), self.of("wrong_count")
        if not again and not replaced:
            return
        self._print(date(2023, 7, 31), AGAIN, again)
        arrives = AGAIN + timedelta(days=2)
        sent = [(household, arrives, "お届け済み", "") for household in (*again, *replaced)]
        self._track(sent, at(date(2023, 8, 5)))
        self.truth.delivered[arrives, 1] += len(again)
        self.truth.delivered[arrives, 0] += len(replaced)

    # ---- August: people move, die, hide -------------------------------------------------------
    def mishaps(self) -> None:
        """Moved and dead families are held and excluded by the ward.

        The protected ones are held, then released.
        """
        now = at(date(2023, 8, 10))
        for household in self.of("moved", "died", "protected_later"):
            with self.database.write() as session:
                suspend_household(work_in(session, self.paper.ward, now), household, reason="hold")
                hold_household(session, household, now)
                if self.fates[household] == "protected_later":
                    session.execute(
                        update(Household).where(Household.id == household).values(protected=True)
                    )
        for household in self.of("moved", "died", "protected_later"):
            self._exclude(household, now)
            self.ends(household, "ineligible_after_check")
        for household in self.of("undelivered", "unseen"):
            self.ends(household, "undelivered")

    def _exclude(self, household: int, now: datetime) -> None:
        with self.database.write() as session:
            for key in session.scalars(
                select(Entitlement.id).where(Entitlement.household_id == household)
            ).all():
                change(work_in(session, self.paper.ward, now), key, "exclude")

    def alternatives(self) -> None:
        """The first child of some households gets paper, all the way to the door.

        A mixed one declines for another.
        """
        paper, waiting = self.paper, self.of("paper", "mixed")
        paper.now = at(date(2023, 8, 20))
        paper.receive("GC000001", f"GC{3 * len(waiting) + 3:06}")
        for household in waiting:
            person = Person(household, household, "", "")
            _request, parcel = paper.packed(person, 1)
            paper.post(parcel)
            paper.deliver(parcel)
            self.ends(household, "alternative_delivered", 1)
            if self.fates[household] == "mixed" and self.children[household] > 1:
                self._decline(household, (2,), paper.now)
                self.ends(household, "declined", 1)

    # ---- until March: shops -------------------------------------------------------------------
    def spend(self) -> None:
        """Codes are shown and used.

        Three statements, one of them with a row that disagrees and is put right.
        """
        self._show(self.of(*SHOWN))
        rows: list[tuple[str, str, int, int]] = []
        for household in self.children:
            rows += self._rows(household)
        wrong = [(number, word, used, face) for number, word, used, face in rows if used]
        if wrong:
            number, _word, used, face = wrong[0]
            self._statement(
                [(number, "一部利用", 1, face) if used > 1 else wrong[0]], date(2023, 9, 30)
            )
            self._statement([(number, "未使用", 0, face)], date(2023, 10, 31))
        self._statement(rows, date(2024, 3, 31))

    def _show(self, households: Iterable[int]) -> None:
        for household in households:
            with self.database.write() as session:
                for coupon in session.scalars(
                    select(Coupon)
                    .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
                    .where(Entitlement.household_id == household, Coupon.state == "assigned")
                ).all():
                    reveal(work_in(session, now=at(date(2023, 9, 1))), coupon)

    def _rows(self, household: int) -> list[tuple[str, str, int, int]]:
        fate = self.fates[household]
        word, used, state = {
            "exchanged": ("交換済", AMOUNT, "exchanged"),
            "absent_then_exchanged": ("交換済", AMOUNT, "exchanged"),
            "redelivered_exchanged": ("交換済", AMOUNT, "exchanged"),
            "wrong_count": ("交換済", AMOUNT, "exchanged"),
            "part": ("一部利用", PART, "exchanged"),
            "lapsed": ("期限切れ", 0, "delivered_unexchanged"),
        }.get(fate, ("期限切れ", 0, ""))
        with self.database.read() as session:
            coupons = session.scalars(
                select(Coupon)
                .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
                .where(
                    Entitlement.household_id == household,
                    Coupon.state.in_(("assigned", "revealed")),
                )
            ).all()
            numbers = [open_code(work_in(session), coupon).management_no for coupon in coupons]
        if state:
            self.ends(household, state)
            self.truth.used_yen += used * self.children[household]
        elif fate in {"paper", "mixed"}:
            gone = 2 if fate == "mixed" and self.children[household] > 1 else 1
            self.ends(household, "undelivered", self.children[household] - gone)
        return [(number, word, used, AMOUNT) for number in numbers]

    def _statement(self, rows: list[tuple[str, str, int, int]], day: date) -> None:
        self.files += 1
        path = self.folder / f"year-{self.files}.csv"
        make_statement(path, rows)
        with self.database.write() as session:
            import_statement(
                work_in(session, self.paper.officer, at(jst_date(at(day)), 23)),
                path.read_bytes(),
                sandbox_profile(),
                day,
            )
