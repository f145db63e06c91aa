"""A small ward on real processes: its families and its staff type, and commands and jobs run.

Everything that is personal or secret goes into a nest, as it is typed, shown or drawn.
"""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pyrage
from sqlalchemy import select

from portal.demo.extract import Extract
from portal.domain.foundation.actors import Role
from portal.domain.foundation.jobs.models import JobRecord
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.queries import open_code
from portal.domain.people.credentials.formats import print_login_id, print_password
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.platform.database import Database
from portal.settings import Settings
from tests.support.canaries import Nest
from tests.support.coupons import VAULT
from tests.support.faults.nodes import Node
from tests.support.mailroom.letters import approve_texts, read_papers
from tests.support.mailroom.roster import Ward
from tests.support.people import (
    CANARY_BUILDING,
    CANARY_CHILDREN,
    CANARY_KANA,
    CANARY_NAME,
    CANARY_STREET,
    Person,
    add_person,
    give_coupons,
)
from tests.support.programs.mail import SmtpSink
from tests.support.programs.servers import PATIENCE, ROOT, clean_environment, until
from tests.support.programs.sms import SmsGateway
from tests.support.resident import NOON, Loop, Visitor, session_cookies, start_session
from tests.support.staff import AT_MAIN, Colleague, hire
from tests.support.transfers import confirm_sides, extract_figures, written_sheet
from tests.support.work import work_in

FREE = {
    "decline": "すいせんの球根と引き換えにと言われた",
    "reason": "つるばみ色の上着の男が来た",
    "call": "かきつばた荘に移ったと聞いた",
    "search": "はしばみ　小夜子",
}
"""Free text, by where it is typed; none of these words stands elsewhere."""
SMS, MAIL, LOST = "09055501234", "uzurano.ruriko@example.jp", "0355509876"
OPERATOR, OPERATOR_MAIL = "09055509918", "shirotae.kozue@example.jp"
"""Who tries the gateways."""
OWN_PASSWORD = "秘密の合言葉 5678"
WRONG_PASSWORD = "WRNG WRNG WRNG"
AT_HOME = "198.51.100.77"
NEWCOMER = ("斑鳩　みづほ", "イカルガ ミヅホ")
CODE = re.compile(r"(?<![0-9a-z])[0-9]{6}(?![0-9a-z])")


@dataclass
class Play:
    """One deployment, and what was put into it."""

    settings: Settings
    database: Database
    database_url: str
    resident: Node
    staff: Node
    sms: SmsGateway
    mail: SmtpSink
    loop: Loop
    folder: Path
    nest: Nest = field(default_factory=Nest)
    logs: list[bytes] = field(default_factory=list)
    answers: list[tuple[str, httpx.Response]] = field(default_factory=list)
    """Pages of errors, by what was asked."""
    browsers: list[Visitor] = field(default_factory=list)

    def browser(self, node: Node, address: str) -> Visitor:
        """Return a browser of its own, behind the proxy."""
        made = Visitor.__new__(Visitor)
        made.http = httpx.AsyncClient(
            base_url=node.url, timeout=PATIENCE, headers={"X-Forwarded-For": address}
        )
        made.loop, made.token, made.page, made.visited = self.loop, "", None, []
        self.browsers.append(made)
        return made

    def close(self) -> None:
        """Close all browsers."""
        for browser in self.browsers:
            self.loop.run(browser.http.aclose())

    def put_people_in(self) -> tuple[Person, Person]:
        """Return a family with a letter that was never used, and one with an app."""
        fresh = add_person(self.database, NOON, number="9912345671")
        active = add_person(self.database, NOON, number="9912345672", active=True)
        give_coupons(self.database, self.folder, NOON)
        approve_texts(self.database)
        with self.database.write() as session:
            work = work_in(session, now=NOON)
            record_protection(work, ProtectionSource.EXTRACT)
            codes = [open_code(work, coupon) for coupon in session.scalars(select(Coupon))]
        add = self.nest.add
        for name in (CANARY_NAME, *(child for child, _kana in CANARY_CHILDREN)):
            add("name", name, *name.split("　"))
        for kana in (CANARY_KANA, *(kana for _name, kana in CANARY_CHILDREN)):
            add("kana", kana, kana.split()[0])
        add("address", CANARY_STREET, "37番41号", "37-41", CANARY_BUILDING, "カナリヤ荘")
        add("birth date", "1983-11-27", "19831127", "1983/11/27", "昭和58年11月27日")
        add("number of the ward", "9912345671", "9912345672")
        add("free text", *FREE.values())
        for person in (fresh, active):
            add("ID", person.login_id, print_login_id(person.login_id))
            add("letter password", person.password, print_password(person.password))
        add("secret of an app", active.totp_secret)
        add("backup code", *active.backup)
        add("coupon code", *(one.url for one in codes if one.url))
        add("coupon code", *(one.grouped for one in codes if one.grouped))
        add("password", WRONG_PASSWORD, OWN_PASSWORD)
        add("telephone", *_spellings(SMS), *_spellings(LOST))
        add("mail", MAIL)
        add("network address", AT_HOME, AT_MAIN)
        for name in ("kek", "index", "pepper", "token"):
            add("key", getattr(VAULT, name).decode(), getattr(VAULT, name).hex())
        return fresh, active

    def family_signs_in(self, person: Person) -> None:
        """The first sign-in with slips, both ways of messages, an own password."""
        browser = self.browser(self.resident, AT_HOME)
        browser.open("/signin")
        wrong = {"login_id": person.login_id, "password": WRONG_PASSWORD}
        assert browser.post("/signin/submit", wrong).status_code == 422
        browser.send("/signin/submit", wrong | {"password": person.password})
        birth = {"era": "", "year": "1983", "month": "11", "day": "26"}
        assert browser.post("/start/birth/submit", birth).status_code == 422
        browser.send("/start/birth/submit", birth | {"day": "27"})
        browser.send("/start/channel/choose", {"channel": "sms"})
        browser.send("/start/channel/address/submit", {"address": SMS})
        code = self._code_of(self.sms.wait()[-1].body.decode())
        browser.send("/start/channel/prove/submit", {"code": code})
        assert browser.page is not None
        listed = browser.page.text.split('class="backup"')[1].split("</ul>")[0]
        self.nest.add("backup code", *(re.sub(r"<[^>]*>|\s", " ", listed).split()))
        browser.send("/start/done")
        assert browser.place == "/home", browser.place
        browser.send("/coupon/1/reveal")
        assert browser.get("/coupon/1/picture.png").status_code == 200
        browser.send("/account/channel/choose", {"channel": "email"})
        browser.send("/account/channel/address/submit", {"address": MAIL})
        body = self.mail.wait()[-1].get_content()
        browser.send("/account/channel/prove/submit", {"code": self._code_of(body)})
        browser.get("/account/password")
        browser.send("/account/password/submit", {"own_password": OWN_PASSWORD})
        self._keep_cookies(browser)

    def family_declines(self, person: Person) -> None:
        """A decline with words of its own, and a call-back that is asked for outside."""
        browser = self.browser(self.resident, AT_HOME)
        token = start_session(self.database, person, NOON)
        for name, value in session_cookies(token).items():
            browser.http.cookies.set(name, value, domain="127.0.0.1")
        browser.open("/decline")
        browser.open("/decline/choose")
        chosen = {"child_2": "1", "reason": "other", "text": FREE["decline"]}
        browser.send("/decline/choose/submit", chosen)
        browser.send("/decline/check/submit")
        code = person.totp(datetime.now(UTC) + self.resident.offset)
        self.nest.add("one-time code", code)
        done = browser.post("/decline/code/submit", {"code": code, "form_key": "k" * 20})
        assert done.status_code == 303, done.text[-2000:]
        self._keep_cookies(browser)
        asked = {"trouble": "code", "name": CANARY_NAME, "telephone": LOST}
        outside = self.browser(self.resident, AT_HOME)
        page = outside.open("/lost/ask").text
        asked["trouble"] = re.findall(r'name="trouble"[^>]*value="([^"]+)"', page)[0]
        asked["form_key"] = re.findall(r'name="form_key" value="([^"]+)"', page)[0]
        asked["login_id"] = person.login_id
        assert outside.post("/lost/submit", asked).status_code == 303

    def strangers_err(self, person: Person) -> None:
        """Every page of an error gets canaries in its address, its form or its cookie."""
        stranger = self.browser(self.resident, AT_HOME)
        word = {"login_id": person.login_id, "password": person.password}

        def keep(asked: str, answer: httpx.Response) -> None:
            self.answers.append((asked, answer))

        keep("404", stranger.get(f"/nowhere/{person.login_id}/{CANARY_NAME}"))
        keep("form", stranger.get("/signin/submit", params=word))
        stranger.token = "f" * 64
        keep("403", stranger.post("/signin/submit", word))
        twice = f"login_id={person.login_id}&login_id=2&form_token=x".encode()
        form = {"content-type": "application/x-www-form-urlencoded"}
        for name, content in (("400", twice), ("413", b"a=" + FREE["call"].encode() * 9_000)):
            keep(
                name,
                stranger.loop.run(
                    stranger.http.post("/signin/submit", content=content, headers=form)
                ),
            )
        for name, answer in self.answers:
            led = name == "form" and answer.headers["location"] == "/signin"
            assert led or 400 <= answer.status_code < 500, answer.request.url

    def staff_work(self, person: Person) -> None:
        """An officer signs in, searches, opens and writes; an agent takes a call."""
        officer = hire(self.database, NOON, Role.OFFICER, "officer")
        agent = hire(self.database, NOON, Role.AGENT, "agent")
        at_desk = [self._enter(colleague) for colleague in (officer, agent)]
        browser, desk = at_desk
        for typed in (CANARY_NAME, FREE["search"]):
            browser.send("/households/search", {"name": typed})
        browser.send("/households/search", {"birth": "昭和58年11月27日"})
        place = f"/households/{person.household_id}"
        browser.open(place)
        reason = {"reason": "inquiry", "words": FREE["reason"], "form_key": "k1"}
        browser.send(f"{place}/reason/submit", reason)
        for number, part in enumerate(("name", "address")):
            form = {"part": part, "reason": "inquiry", "form_key": f"u{number}"}
            browser.send(f"{place}/unmask", form)
        assert browser.page is not None
        assert CANARY_STREET in browser.page.text
        desk.get("/desk")
        desk.send("/calls/start", {"form_key": "c1", "language": "ja"})
        desk.send("/desk/search", {"form_key": "c2", "name": CANARY_NAME, "postal": "139-0001"})
        said = {"relation": "householder", "name": CANARY_NAME, "birth": "1983-11-27"}
        verified = desk.post(
            f"/desk/{person.household_id}/verify", {"form_key": "c3", "postal": "139-0001"} | said
        )
        assert verified.status_code == 303, verified.status_code
        call = re.findall(r'name="call_id" value="(\d+)"', desk.open("/calls").text)[0]
        desk.send("/calls/hang-up", {"call_id": call, "form_key": "c4"})
        notes = {"call_id": call, "category": "delivery/absent", "result": "done"}
        ended = desk.post("/calls/finish/submit", notes | {"text": FREE["call"], "form_key": "c5"})
        assert ended.status_code == 303, ended.text[-2000:]
        for visitor in at_desk:
            self._keep_cookies(visitor)

    def _enter(self, colleague: Colleague) -> Visitor:
        browser = self.browser(self.staff, AT_MAIN)
        browser.open("/signin")
        browser.send("/signin/submit", {"login": colleague.login, "password": colleague.password})
        code = colleague.code(datetime.now(UTC) + self.staff.offset)
        browser.send("/signin/code/submit", {"code": code})
        assert browser.place == "/", browser.place
        self.nest.add("password", colleague.password)
        self.nest.add("secret of an app", colleague.totp_secret)
        return browser

    def ward_and_operator(self) -> None:
        """Commands: an extract, letters, a backup, and what says how it goes."""
        ward = Ward(self.database, self.folder / "ward")
        extract = ward.extract(_newcomer)
        path = ward.write(extract)
        figures = extract_figures(extract.manifest()["totals"], path.read_bytes())
        sheet = written_sheet(self.folder, TransferKind.EXTRACT, path, figures)
        self.nest.add("name", NEWCOMER[0], *NEWCOMER[0].split("　"))
        self.nest.add("kana", NEWCOMER[1], NEWCOMER[1].split()[0])
        self.command("roster", "check", path, "--layout", "sample")
        self.command("roster", "import", path, "--layout", "sample", "--sheet", sheet)
        with self.database.write() as session:
            confirm_sides(work_in(session))
        self.command("letters", "build", "--out", self.folder / "printed")
        identity = pyrage.x25519.Identity.generate()
        options = ("--recipient", str(identity.to_public()), "--owner", "情報課", "--days", "3")
        self.command("backup", "--out", self.folder / "backups", *options)
        for words in (["selfcheck"], ["jobs", "list"], ["coupons", "status"], ["roster", "holds"]):
            self.command(*words)
        self.command("letters", "status")
        self.nest.add("telephone", *_spellings(OPERATOR))
        self.nest.add("mail", OPERATOR_MAIL)
        self.command("sms", "test", typed=OPERATOR)
        self.command("mail", "test", typed=OPERATOR_MAIL)
        papers = read_papers(sorted((self.folder / "printed").glob("letters-*.pdf")))
        for paper in papers:
            self.nest.add("ID", paper.login_id)
            self.nest.add("letter password", paper.password)
        assert papers, self.logs[-8:]

    def command(self, *words: object, typed: str = "") -> None:
        """Run a command as an operator does, and keep what it says with the logs."""
        done = subprocess.run(
            [sys.executable, "-m", "portal", *map(str, words)],
            cwd=ROOT,
            env=self.environment(),
            input=f"{typed}\n".encode(),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        said = done.stdout + done.stderr
        assert b"Traceback" not in said, said.decode()[-3000:]
        assert done.returncode in {0, 3} or words[0] == "selfcheck", (words, said.decode()[-3000:])
        self.logs.append(said)

    def environment(self) -> dict[str, str]:
        """Return the settings of commands and of the worker."""
        return clean_environment(
            PORTAL_PROGRAM=self.settings.program,
            PORTAL_DATA_DIR=str(self.settings.data_dir),
            PORTAL_KEY_DIR=str(self.settings.key_dir),
            PORTAL_DATABASE_URL=self.database_url,
            PORTAL_ENVIRONMENT="test",
            PORTAL_CLOCK_OFFSET=str(self.resident.offset.total_seconds()),
            PORTAL_PUBLIC_URL=self.resident.url,
            **outside(self.sms, self.mail),
        )

    def jobs_run(self) -> None:
        """Wait until the worker has done several jobs; some are due at night only."""

        def done() -> bool:
            with self.database.read() as session:
                rows = session.scalars(select(JobRecord.succeeded_at)).all()
            return sum(at is not None for at in rows) > 3

        until(done)

    def _code_of(self, text: str) -> str:
        (code,) = set(CODE.findall(text))
        self.nest.add("one-time code", code)
        return str(code)

    def _keep_cookies(self, visitor: Visitor) -> None:
        values = [str(cookie.value) for cookie in visitor.http.cookies.jar if cookie.value]
        self.nest.add("cookie", *(value for value in values if len(value) > 20))


def outside(sms: SmsGateway, mail: SmtpSink) -> dict[str, str]:
    """Return the settings of the ways by which messages go out."""
    return {
        "PORTAL_SMS_URL": sms.url,
        "PORTAL_SMS_TOKEN": "gateway",
        "PORTAL_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
        "PORTAL_MAIL_FROM": "noreply@portal.example.jp",
        "PORTAL_TRUSTED_PROXIES": "127.0.0.1",
    }


def _spellings(number: str) -> tuple[str, ...]:
    return (number, f"+81{number[1:]}")


def _newcomer(extract: Extract) -> None:
    cells = extract.families[0].head.cells
    cells["氏名"], cells["氏名カナ"] = NEWCOMER
