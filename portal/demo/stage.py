"""Builds the data of the demo, step by step as a ward's people would.

An extract is imported, coupons are assigned, letters printed and handed over, requests received.
Called by ``portal demo``, the tests and the stored databases; it uses the services of every wing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pyotp
from msgspec import Struct
from sqlalchemy import select

from portal.demo.calls import add_calls
from portal.demo.extract import make_extract
from portal.demo.families import ExtractPlan
from portal.demo.faxes import add_faxes
from portal.demo.incidents import add_incidents
from portal.demo.issuer import make_batch
from portal.demo.letters import DemoLetter, Officers, hand_over_letters, print_letters
from portal.demo.mail import send_letters
from portal.demo.management import add_management
from portal.demo.post_office import add_dispatches
from portal.demo.requests import add_requests
from portal.demo.sheets import codes_sheet, extract_sheet
from portal.demo.shops import add_shops
from portal.demo.telephony import add_call_counts
from portal.domain.foundation.actors import SYSTEM, Actor, Organization, Role
from portal.domain.foundation.clock import FixedClock, jst_date
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.services import announce
from portal.domain.mailroom.roster.checks.check import check_file
from portal.domain.mailroom.roster.checks.towns import rules_of
from portal.domain.mailroom.roster.files.layout import find_layout
from portal.domain.mailroom.roster.imports.importer import Importer
from portal.domain.oversight.reports.trends.publishing import counted_span, due_spans, publish
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.batch_file import Expected, Order, Terms, read_batch
from portal.domain.people.coupons.issuer_file import load_issuer
from portal.domain.people.coupons.loader import load_batch
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.protection import protection_loaded
from portal.domain.people.staff.services import Profile, add_staff
from portal.platform.site import Site

HOUSEHOLDS = 120
EVERY_SPAN = 1_000
SEED = 20260401
IMPORTED_BEFORE = timedelta(days=16)
"""Before the letters, which are of the children whom a household has when they are printed."""


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """A staff account with its credentials."""

    actor: Actor
    login: str
    role: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)

    @property
    def code(self) -> str:
        """What the authenticator app shows now."""
        return pyotp.TOTP(self.totp_secret).now()


class Stage(Struct, frozen=True):
    """What a visitor of the demo needs to know: the letter, the staff, and how much there is."""

    letter: DemoLetter
    staff: tuple[DemoStaff, ...]
    households: int
    letters: int


def set_stage(site: Site, folder: Path, say: Callable[[str], None]) -> Stage:
    """Build the demo's data in an empty database, by the steps that a ward's people would take."""
    with site.database.read() as session:
        today = jst_date(site.clock.now(session))
    staff = make_staff(site)
    ward, officer, supervisor, agent, _auditor = (person.actor for person in staff)
    say(_s("架空の区の抽出ファイル（CP932）を作り、取り込んでいます。"))
    households = import_extract(site, folder, today, ward)
    say(_s("お試しのクーポンを読み込み、こども一人に一つずつ割り当てています。"))
    give_coupons(site, folder)
    add_shops(site)
    say(_s("手紙を印刷しています（PDF）。"))
    letter, count = print_letters(site, folder)
    officers = Officers(officer, ward)
    hand_over_letters(site, folder, letter.run_id, officers)
    send_letters(site, letter, officer)
    add_dispatches(site, letter.run_id, officers)
    add_requests(site, letter.household_id, officer)
    add_faxes(site, letter.household_id, officer)
    add_calls(site, agent, ward)
    add_call_counts(site, supervisor)
    add_management(site, officer, ward)
    add_incidents(site, letter.household_id, officer)
    publish_trends(site)
    return Stage(letter, staff, households, count)


def publish_trends(site: Site) -> None:
    """Publish the days and months that are over, as the worker does, which the demo has not."""
    with site.database.write() as session:
        work = site.work(session, SYSTEM)
        for key in due_spans(work, most=EVERY_SPAN):
            publish(work, key, counted_span(work, key))


def import_extract(site: Site, folder: Path, today: date, ward: Actor) -> int:
    """Write an extract as a ward would hand it over, and import it.

    ``ward`` enters its sheet. Returns the number of its households.
    """
    program = site.program
    plan = ExtractPlan(
        households=HOUSEHOLDS,
        seed=SEED,
        base_date=program.base_date,
        birth_from=program.birth_from,
        birth_to=program.birth_to,
        extracted=today - timedelta(days=20),
        unit_yen=program.amount_yen,
    )
    extract = make_extract(plan)
    path = extract.write(folder / "extract", "sample")["sample"]
    with site.database.write() as session:
        announce(site.work(session, ward), extract_sheet(program, extract, path))
    layout = find_layout("sample", program.layouts_dir)
    report = check_file(path, layout, rules_of(program, extracted=plan.extracted))
    with site.database.read() as session:
        clock = FixedClock(site.clock.now(session) - IMPORTED_BEFORE)
    importer = Importer(replace(site.work_source(), clock=clock), program.amount_yen)
    importer.run(path, report)
    return HOUSEHOLDS


def give_coupons(site: Site, folder: Path) -> None:
    """Order codes from the sandbox issuer, load them and assign them; some stay in reserve."""
    program = site.program
    with site.database.read() as session:
        children = len(session.scalars(select(Entitlement.id)).all())
    count = children + 30
    path = folder / "codes.csv"
    windows = program.windows
    total = make_batch(
        path,
        count,
        program.amount_yen,
        windows.exchange.last_day,
        windows.use.last_day,
        site.settings.public_url,
    )
    with site.database.write() as session:
        announce(site.work(session), codes_sheet(path, count, total))
    profile = load_issuer("sandbox", program.issuers_dir).allowing(site.public_host)
    load_batch(
        site.work_source(),
        read_batch(
            path,
            Expected(
                profile,
                Order("DEMO-1", count, total),
                Terms(program.amount_yen, windows.exchange.ends_at),
            ),
        ),
    )
    path.unlink()
    with site.database.write() as session:
        assign(
            site.work(session, SYSTEM),
            reserve=Reserve(count=10),
            protection_loaded=protection_loaded(session),
        )


def make_staff(site: Site) -> tuple[DemoStaff, ...]:
    """Add the call desk, two officers who together can do what takes two, and an auditor."""
    made: list[DemoStaff] = []
    people = (
        ("ward", "区 担当者", Organization.WARD, Role.WARD_OFFICER),
        ("officer", "事務局 担当者", Organization.CONTRACTOR, Role.OFFICER),
        ("supervisor", "コールセンター 責任者", Organization.CONTRACTOR, Role.SUPERVISOR),
        ("agent", "コールセンター 担当者", Organization.CONTRACTOR, Role.AGENT),
        ("auditor", "区 監査担当者", Organization.WARD, Role.AUDITOR),
    )
    with site.database.write() as session:
        now = site.clock.now(session)
        for login, name, organization, role in people:
            profile = Profile(login, name, organization, role)
            new = add_staff(site.work(session, SYSTEM, now), profile, enrolled=True)
            actor = Actor(role, new.user.id, organization)
            made.append(DemoStaff(actor, login, role.value, new.password, new.totp_secret))
    return tuple(made)
