"""`operate-program.md`, played from its own text: a small ward's year, command by command."""

import hashlib
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import select

from portal.cli.context import Context
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.subcontractors import services as subcontractors
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.services import NewEntry, enter
from portal.domain.people.staff.services import find_staff
from portal.settings import load_settings
from tests.functional.requests.redeliveries.support import tracking_no
from tests.support import guide_text
from tests.support.programs import warm
from tests.support.programs.command import CommandLine
from tests.support.programs.servers import PATIENCE
from tests.support.proofs import codes, named
from tests.support.sources import ROOT

GUIDE = "operate-program"
PEOPLE = {
    "officer": ("contractor", "officer"),
    "other": ("contractor", "officer"),
    "ward": ("ward", "ward_officer"),
    "ward2": ("ward", "ward_officer"),
}
HEADER = "世帯番号,宛名番号,世帯主,続柄,氏名,カナ,生年月日,郵便番号,町名,番地,支援措置"
ADDRESS = "1390001,潮見坂一丁目"
EXTRACT = (
    f"0000000001,100000000000001,1,02,青木　一郎,アオキ　イチロウ,1985-04-02,{ADDRESS},2番3号,0",
    f"0000000001,100000000000002,0,20,青木　花,アオキ　ハナ,2015-05-05,{ADDRESS},2番3号,0",
    f"0000000002,100000000000003,1,02,井上　洋子,イノウエ　ヨウコ,1988-11-23,{ADDRESS},5番1号,0",
    f"0000000002,100000000000004,0,20,井上　空,イノウエ　ソラ,2018-01-15,{ADDRESS},5番1号,0",
    f"0000000003,100000000000005,1,02,\ue000田　明,ウエダ　アキラ,1980-01-05,{ADDRESS},6番1号,0",
    f"0000000003,100000000000006,0,20,\ue000田　光,ウエダ　ヒカル,2014-03-05,{ADDRESS},6番1号,0",
    f"0000000004,100000000000007,1,02,江川　実,エガワ　ミノル,1979-07-07,{ADDRESS},7番1号,0",
    f"0000000004,100000000000008,0,20,江川　葵,エガワ　アオイ,2016年6月,{ADDRESS},7番1号,0",
    f"0000000005,100000000000009,1,02,小川　愛,オガワ　アイ,1990-02-02,{ADDRESS},8番1号,0",
    f"0000000005,100000000000010,0,20,小川　翼,オガワ　ツバサ,2019-09-09,{ADDRESS},8番1号,0",
)
"""A name that no font has (the third household), a birth date without its day (the fourth)."""
SHOP_COLUMNS = "店名,店名カナ,町名,所在地,電話番号,業種"
SHOPS = (
    "しおかぜ文具店,シオカゼブングテン,潮見坂一丁目,2番1号,03-0000-0001,文具",
    "みなと書店,ミナトショテン,潮見坂一丁目,3番2号,03-0000-0002,本",
)
PLAYED_ELSEWHERE = {
    "The settlement": "tests/functional/oversight/settlement/test_cli.py",
}
"""What needs the end of a program, and where it is played."""
FOLDERS = {"pictures", "reports", "records"}


@dataclass(frozen=True)
class Line:
    """One command of the guide, and the exit codes that it may end with."""

    words: tuple[str, ...]
    codes: frozenset[int]


def lines_under(heading: str) -> Iterator[Line]:
    """Yield the commands under a heading; a comment says what they end with besides 0."""
    for block in guide_text.commands(GUIDE, heading):
        for text in block.replace("\\\n", " ").splitlines():
            words, _, comment = text.partition("#")
            if not words.strip():
                continue
            ends = {int(code) for code in re.findall(r"ends with (\d)", comment)}
            yield Line(tuple(shlex.split(words)[1:]), frozenset({0} | ends))


@dataclass
class Office:
    """A folder with the program of the guide for a new ward, and whoever types in it."""

    folder: Path
    database_url: str
    portal: CommandLine = field(init=False)

    def __post_init__(self) -> None:
        self.portal = CommandLine(
            self.folder / "data",
            self.database_url,
            program=str(self.folder / "myward"),
            language="en",
            extra={"PORTAL_ENVIRONMENT": "test", "PORTAL_WORKERS": "1"},
        )

    @contextmanager
    def writing(self, login: str) -> Iterator[Work]:
        """The work of somebody on the staff site."""
        organization, role = PEOPLE[login]
        context = Context(load_settings(self.portal.environment()))
        try:
            with context.database().write() as session:
                known = find_staff(session, login).id
                actor = Actor(Role(role), known, Organization(organization))
                yield context.work(session, actor)
        finally:
            context.database().engine.dispose()

    def type(self, line: Line) -> None:
        """Type a command of the guide in the folder."""
        code, out, err = self.run([self._placed(word) for word in line.words])
        typed = f"portal {' '.join(line.words)}"
        assert code in line.codes, f"{typed}\n{out}\n{err}"
        assert "Traceback" not in err, typed

    def run(self, words: list[str]) -> tuple[int, str, str]:
        """Run a command with its files as they are; its people type their codes."""
        typed, environment = "", self.portal.environment()
        if named(words):
            context = Context(load_settings(environment))
            typed = codes(context, words)
            context.database().engine.dispose()
            words = [*words, "--codes-fd", "0"]
        program = warm.start("portal", *words, env=environment, typed=typed)
        out, err = program.communicate(timeout=PATIENCE)
        return program.wait(), out, err

    def _placed(self, word: str) -> str:
        """A word with files in the folder, and the days of the guide as days about today."""
        if re.fullmatch(r"[\w-]+\.(csv|toml|txt|pdf|xlsx|age)", word) or word in FOLDERS:
            return str(self.folder / word)
        return self.days.get(word, word)

    @property
    def days(self) -> dict[str, str]:
        """The days that the guide shows, and those that stand for them today."""
        today = jst_date(datetime.now(UTC))
        open_day = today - timedelta(days=1)
        program = Context(load_settings(self.portal.environment())).load_program()
        while not program.calendar.is_staffed(open_day):
            open_day -= timedelta(days=1)
        return {
            "2026-11-30": today.isoformat(),
            "2026-11-27": open_day.isoformat(),
            "2026-11": f"{open_day:%Y-%m}",
        }

    def write(self, name: str, lines: Sequence[str]) -> Path:
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return path

    def sheet(self, name: str, of: str, sender: str, **figures: int) -> None:
        """The hand-over sheet of a file, as its sender writes it."""
        digest = hashlib.sha256((self.folder / of).read_bytes()).hexdigest()
        words = {"rows": "件数", "children": "こどもの数", "yen": "金額（円）"}
        lines = ["項目,値", f"ファイルの名前,{of}", f"送った人,{sender}"]
        lines += [f"{words[key]},{value}" for key, value in figures.items()]
        self.write(name, [*lines, f"SHA-256,{digest}"])


def write_the_ward(folder: Path) -> None:
    """The ward of the guide, as a trial: its texts need no approval."""
    program = warm.start("portal", "program", "new", folder / "myward")
    _out, err = program.communicate(timeout=PATIENCE)
    assert program.wait() == 0, err
    for block in guide_text.blocks("new-ward"):
        if block.action in {"write", "replace"}:
            guide_text.put(folder, block)
    path = folder / "myward" / "program.toml"
    text = path.read_text("utf-8")
    assert "demo = false" in text or "demo = true" not in text
    path.write_text("demo = true\n" + re.sub(r"(?m)^demo = .*\n", "", text), "utf-8")


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Office:
    """Everything before the first file: keys, tables, people, and the senders' files."""
    write_the_ward(tmp_path)
    made = Office(tmp_path, database_url)
    made.portal.set_up()
    for login, (organization, role) in PEOPLE.items():
        given = ["--organization", organization, "--role", role]
        if login == "ward2":
            given.append("--no-administrator")  # nobody of the ward is past the first sign-in yet
        done = made.portal.run("staff", "add", "--login", login, "--name", login, *given)
        assert done.returncode == 0, done.stderr
    made.write("extract.csv", [HEADER, *EXTRACT])
    made.sheet("extract-sheet.csv", "extract.csv", "あかつき区", rows=10, children=5, yen=150000)
    moved = EXTRACT[0].replace("2番3号", "9番9号"), EXTRACT[1].replace("2番3号", "9番9号")
    made.write("later.csv", [HEADER, *moved, *EXTRACT[2:]])
    made.sheet("later-sheet.csv", "later.csv", "あかつき区", rows=10, children=5, yen=150000)
    for name, number in (("first", 1), ("third", 3), ("fourth", 4)):
        made.write(f"{name}.txt", [f"{number:010}"])
    made.write("reason.txt", ["折り目がちがう"])
    made.write("protected.csv", ["宛名番号", "100000000000009"])
    made.sheet("protected-sheet.csv", "protected.csv", "あかつき区", rows=1)
    made.write("shops.csv", [SHOP_COLUMNS, *SHOPS])
    made.write("approved.toml", ['name = "上田　明"', "[children]", '1 = "上田　光"'])
    codes = next(block.text for block in guide_text.blocks("new-ward") if block.file == "codes.csv")
    *four, _sum = codes.splitlines()
    fifth = four[-1].replace("A0004", "A0005").replace("DBCD", "EBCD").replace("4444", "5555")
    made.write("codes.csv", [*four, fifth, "合計,5,150000"])
    made.sheet("codes-sheet.csv", "codes.csv", "お試し発行者", rows=5, yen=150000)
    return made


def consent_to_a_mail_house(office: Office) -> None:
    """On the staff site: a company with its key, and the ward's consent."""
    key = str(pyrage.x25519.Identity.generate().to_public())
    company = subcontractors.Company("あかつき印刷", "mail_house", "封入", key)
    with office.writing("officer") as work:
        assert subcontractors.propose_subcontractor(work, company).id == 1
    with office.writing("ward") as work:
        subcontractors.consent(work, 1, Instruction("6こ子第2号", date(2023, 5, 1)))


def write_labels(office: Office) -> None:
    """The labels that the mail house stuck on the letters, and what the post tells of them."""
    with office.writing("officer") as work:
        found = select(Letter.number).where(Letter.print_run_id == 2)
        numbers = list(work.session.scalars(found))
    labels = [tracking_no(place) for place, _ in enumerate(numbers)]
    pairs = [f"{number},{label}" for number, label in zip(numbers, labels, strict=True)]
    office.write("posted.csv", ["手紙番号,お問い合わせ番号", *pairs])
    now = f"{datetime.now(UTC) + timedelta(hours=9):%Y/%m/%d %H:%M}"
    told = [f"{label},{now},引受,,あかつき局" for label in labels]
    office.write("tracking.csv", ["お問い合わせ番号,状態発生日,配送履歴,詳細,取扱局", *told])
    office.sheet("tracking-sheet.csv", "tracking.csv", "あかつき局", rows=len(told))


def enter_a_request(office: Office) -> None:
    """A family's request for disclosure, in the register of the staff site."""
    today = jst_date(datetime.now(UTC))
    until = today + timedelta(days=30)
    with office.writing("officer") as work:
        kind = RegisterKind.DISCLOSURE.value
        made = enter(work, NewEntry(kind, today, party="開示", number="30", until=until))
        assert made.id == 1


def headings() -> list[str]:
    text = (guide_text.GUIDES / f"{GUIDE}.md").read_text("utf-8")
    return list(re.findall(r"^## (.+)$", text, re.MULTILINE))


@pytest.mark.in_turn
def test_the_year_of_a_program_is_typed_as_the_guide_says(office: Office) -> None:
    before = {
        "Letters": consent_to_a_mail_house,
        "Requests for disclosure": enter_a_request,
    }
    for heading in headings():
        if heading in PLAYED_ELSEWHERE:
            continue
        if heading in before:
            before[heading](office)
        for line in lines_under(heading):
            if line.words[:2] == ("letters", "post"):
                write_labels(office)
            office.type(line)
    assert (office.folder / "run-2.age").read_bytes().startswith(b"age-encryption.org")
    for name in ("testpage", "plan", "registers", "checklist", "extract", "looks"):
        assert (office.folder / f"{name}.pdf").read_bytes().startswith(b"%PDF"), name
    assert not list((office.folder / "data" / "letters").rglob("letters-*.pdf"))


def test_what_is_played_elsewhere_is_under_a_heading_and_there() -> None:
    for heading, test in PLAYED_ELSEWHERE.items():
        assert heading in headings()
        played = (ROOT / test).read_text("utf-8")
        for line in lines_under(heading):
            if line.words[0] == "settlement":
                assert f'"{line.words[1]}"' in played, line.words
