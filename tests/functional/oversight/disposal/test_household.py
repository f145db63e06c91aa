"""One household goes by the ward's decision: nothing of it can be read, and the money stays."""

import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from click.testing import Result
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.cli.context import Context
from portal.cli.oversight.dispose import dispose
from portal.demo.extract import Extract
from portal.demo.families import Person
from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.vault import unseal_json
from portal.domain.mailroom.roster.models import RosterImport, RosterRow
from portal.domain.oversight.copies.opened_rows import WRAPPED
from portal.domain.oversight.disposal.household.emptying import NOBODY
from portal.domain.oversight.disposal.household.services import Decision, dispose_again
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import DisposedHousehold, Household
from portal.domain.people.households.queries import view_household
from portal.domain.people.staff.services import Profile, add_staff
from portal.domain.tables import metadata
from portal.platform.database import Database
from portal.platform.household_list import FILE
from tests.support.coupons import VAULT
from tests.support.mailroom.roster import Ward
from tests.support.oversight.ended import CLERK, WARD, Ended, end
from tests.support.oversight.family import fill, looked_at, personal_values
from tests.support.people import CANARY_CHILDREN, CANARY_NAME
from tests.support.proofs import invoke
from tests.support.sources import ROOT
from tests.support.staff import PASSWORD
from tests.support.work import work_in

pytestmark = pytest.mark.matrix

NewUrl = Callable[[bool], str]
NUMBER, DECISION = "9800000001", "5汐子第77号"
CLASSES = tomllib.loads((ROOT / "portal/domain/sensitivity.toml").read_text("utf-8"))["tables"]
WHOLE_KEY = len(VAULT.new_data_key()[1])
STAY = {
    "coupon",
    "coupon_batch",
    "disposed_household",
    "roster_import",
    "staff_user",
    "print_proof",
    "monthly_report",
}


@pytest.fixture
def ended(new_database: NewUrl, tmp_path: Path) -> Iterator[Ended]:
    yield from _filled(new_database(False), tmp_path)


@pytest.fixture
def on_sqlite(new_sqlite: NewUrl, tmp_path: Path) -> Iterator[Ended]:
    yield from _filled(new_sqlite(False), tmp_path)


def _filled(url: str, folder: Path) -> Iterator[Ended]:
    made = end(url, folder)
    with made.database.write() as session:
        fill(session, made.last)
    yield made
    made.database.engine.dispose()


def dispose_of(
    ended: Ended, *words: object, number: str = NUMBER, by: str = CLERK, other: str = WARD
) -> Result:
    context = Context(ended.settings)
    decided = ("--decision", DECISION, "--decided-on", "2023-08-01")
    people = ("--by", by, "--confirmed-by", other)
    arguments = ["household", "run", "--number", number, *decided, *people, "--papers-gone", *words]
    try:
        return invoke(dispose, arguments, context)
    finally:
        context.database().engine.dispose()


def money(session: Session) -> list[tuple[Any, ...]]:
    """What the sums are made of: states and yen of everybody."""
    of_all = select(Entitlement.id, Entitlement.state, Entitlement.amount_yen)
    used = select(Coupon.id, Coupon.state, Coupon.face_yen, Coupon.used_yen)
    lines = metadata.tables["settlement_line"]
    return [
        tuple(row)
        for statement in (
            of_all.order_by(Entitlement.id),
            used.order_by(Coupon.id),
            select(lines).order_by(lines.c.entitlement_id),
        )
        for row in session.execute(statement)
    ]


def of_family(session: Session, household: int) -> set[bytes]:
    """Ciphertexts and digests that belong to the family, but for what stays of everybody."""
    before = personal_values(session, {k: v for k, v in CLASSES.items() if k not in STAY})
    return before - others_of(session, household)


def others_of(session: Session, household: int) -> set[bytes]:
    """What is of other families, of the audit, or a digest that a child keeps."""
    found: set[bytes] = set()
    for name in ("household", "child", "credential"):
        table = metadata.tables[name]
        key = table.c.id if name == "household" else table.c.household_id
        for row in session.execute(select(table).where(key != household)).mappings():
            found |= {bytes(one) for one in row.values() if isinstance(one, bytes)}
    own = metadata.tables["child"]
    found |= set(
        session.scalars(select(own.c.person_digest).where(own.c.household_id == household))
    )
    sheets, rows = metadata.tables["escalation_sheet"], metadata.tables["roster_row"]
    found |= set(session.scalars(select(sheets.c.digest)))  # of a whole file
    found |= set(session.scalars(select(rows.c.sealed).where(rows.c.record == 2)))
    for name in ("audit_event", "deployment", "register_entry"):
        for row in session.execute(select(metadata.tables[name])).mappings():
            found |= {bytes(one) for one in row.values() if isinstance(one, bytes)}
    return found


def test_somebody_decided_for_every_table_with_personal_data() -> None:
    held = {
        name
        for name, classed in CLASSES.items()
        if classed.get("personal", "") or classed.get("secret", "")
    }
    held &= set(metadata.tables)
    assert looked_at() >= held, held - looked_at()
    unknown = looked_at() - set(metadata.tables)
    assert not unknown


def test_one_household_goes_and_the_money_stays(ended: Ended, tmp_path: Path) -> None:
    home = ended.last.household_id
    with ended.database.write() as session:
        session.get_one(Household, home).large_print = "easy"
    with ended.database.read() as session:
        secrets, before = of_family(session, home), money(session)
        counted = session.scalar(select(func.count(Household.id)))
    assert len(secrets) > 40
    certificate = tmp_path / "household.pdf"
    done = dispose_of(ended, "--certificate", certificate)
    assert done.exit_code == 0, done.output
    with ended.database.read() as session:
        left = personal_values(session, CLASSES) & secrets
        kept = set(session.scalars(select(DisposedHousehold.number_digest)))
        assert left == kept, "only what keeps it from coming back"
        assert (money(session), session.scalar(select(func.count(Household.id)))) == (
            before,
            counted,
        )
        assert view_household(work_in(session), home).fields.name == NOBODY
        assert session.get_one(Household, home).large_print is None
        for table in metadata.sorted_tables:
            if WRAPPED in table.c:  # a drill and a rotation open each of them
                held = select(table.c[WRAPPED]).where(table.c[WRAPPED].is_not(None))
                found = [bytes(one) for one in session.scalars(held)]
                # the families of the settlement's tests have no real one
                assert all(VAULT.unwrap(one) for one in found if len(one) == WHOLE_KEY)
        rows = metadata.tables["roster_row"]
        assert session.scalars(select(rows.c.record)).all() == [2], "somebody else's stays"
    assert json.loads(ended.run("audit", "verify", "--json").stdout)["whole"]
    pages = pypdfium2.PdfDocument(certificate.read_bytes())
    said = "".join(page.get_textpage().get_text_range() for page in pages)
    assert (DECISION in said, f"廃棄の{CLERK}" in said) == (True, True)
    for secret in (NUMBER, CANARY_NAME, CANARY_CHILDREN[0][0]):
        assert secret not in said
        assert secret not in (ended.settings.backup_dir / FILE).read_text("utf-8")
    again = dispose_of(ended)
    assert again.exit_code == 0, "killed after its end it only brings the list and the paper"


def test_a_restore_of_an_older_backup_brings_nobody_back(on_sqlite: Ended, tmp_path: Path) -> None:
    ended = on_sqlite
    before = ended.backup()
    assert dispose_of(ended).exit_code == 0
    empty = tmp_path / "empty"
    settings = replace(
        ended.settings,
        data_dir=empty / "data",
        database_url=f"sqlite:///{empty}/data/portal.sqlite",
    )
    other = replace(ended, settings=settings)
    done = other.run("restore", before, "--identity", ended.identity, "--live")
    assert done.exit_code == 0, done.output
    assert "1世帯を、もう一度廃棄" in done.output
    context = Context(settings)
    with context.database().read() as session:
        row = session.scalars(select(DisposedHousehold)).one()
        assert (row.decision_no, row.decided_by) == (DECISION, None)
        assert session.get_one(Household, row.household_id).state == "removed"
    context.database().engine.dispose()
    lost = ended.settings.backup_dir / FILE
    changed = lost.read_text("utf-8").replace("77", "78")
    lost.write_text(changed, "utf-8")
    refused = other.run("dispose", "household", "again")
    assert (refused.exit_code, "変えられた行" in refused.output) == (1, True)


def test_a_backup_of_before_another_search_key_gets_the_key_first(
    new_sqlite: NewUrl, tmp_path: Path
) -> None:
    ended = end(new_sqlite(False), tmp_path)
    with ended.database.write() as session:
        of_family = Entitlement.household_id == ended.last.household_id
        session.execute(update(Entitlement).where(of_family).values(state="declined"))
    before = ended.backup()
    ended.database.engine.dispose()
    for step in ((), ("--copied",)):
        done = ended.run("keys", "rotate", "index", *step)
        assert done.exit_code == 0, done.output
    done = dispose_of(ended)
    assert done.exit_code == 0, done.output
    empty = tmp_path / "empty"
    database_url = f"sqlite:///{empty}/data/portal.sqlite"
    settings = replace(ended.settings, data_dir=empty / "data", database_url=database_url)
    other = replace(ended, settings=settings)
    told = other.run("restore", before, "--identity", ended.identity, "--live")
    assert (told.exit_code, "portal dispose household again" in told.output) == (1, True)
    done = other.run("keys", "rotate", "index")
    assert done.exit_code == 0, done.output
    again = other.run("dispose", "household", "again", "--json")
    assert json.loads(again.stdout) == {"again": 1}


def test_a_database_that_brought_one_back_serves_nobody_until_it_is_gone_again(
    on_sqlite: Ended,
) -> None:
    ended = on_sqlite
    assert dispose_of(ended).exit_code == 0
    with ended.database.write() as session:  # as a restore without the list leaves it
        row = session.scalars(select(DisposedHousehold)).one()
        home = session.get_one(Household, row.household_id)
        home.number_digest, home.state = row.number_digest, "active"
        session.delete(row)
    found = json.loads(ended.run("selfcheck", "--json").stdout)["findings"]
    (one,) = [each for each in found if each["name"] == "disposed_households"]
    assert (one["level"], "dispose household again" in one["advice"]) == ("error", True)


def test_a_later_extract_brings_nobody_back(database: Database, tmp_path: Path) -> None:
    ward = Ward(database, tmp_path)
    ward.hand_over()
    families = ward.extract().families
    place = next(n for n, one in enumerate(families) if one.disposition == "issue")
    key = ward.key(families[place])
    with database.write() as session:
        home = session.get_one(Household, key)
        digest = bytes(home.number_digest)
        assert dispose_again(work_in(session), {digest: Decision(DECISION, date(2023, 8, 1))}) == 1
        homes = session.scalar(select(func.count(Household.id)))
        paid = session.scalar(select(func.sum(Entitlement.amount_yen)))

    def moved_with_a_baby(extract: Extract) -> None:
        people = extract.families[place].people
        born = {"宛名番号": "000000099999999", "生年月日": "20230301"}
        people.append(Person(people[-1].cells | born))
        for person in people:
            person.cells["方書"] = "新しい号室"
        people.append(Person(people[-1].cells | {"宛名番号": "000000099999998", "氏名": ""}))

    done = ward.hand_over(moved_with_a_baby)
    assert (done.state, done.differences) == ("applied", {})
    with database.read() as session:
        assert session.get_one(Household, key).state == "removed"
        assert session.scalar(select(func.count(Household.id))) == homes
        assert session.scalar(select(func.sum(Entitlement.amount_yen))) == paid
        rejected = select(RosterRow, RosterImport.wrapped_key).join(RosterImport)
        for row, wrapped in session.execute(rejected.where(RosterImport.id == done.import_id)):
            named = unseal_json(VAULT.unwrap(wrapped), row.sealed, f"row:{row.record}")
            assert named["household_no"] != families[place].number


def is_there(ended: Ended) -> bool:
    with ended.database.read() as session:
        return session.scalar(select(DisposedHousehold.id)) is None


def test_who_may_not_decide_changes_nothing_and_learns_nothing(on_sqlite: Ended) -> None:
    ended = on_sqlite
    with ended.database.write() as session:
        work = work_in(session)
        profile = Profile("ward2", "区の人", Organization.WARD, Role.WARD_OFFICER)
        add_staff(work, profile, password=PASSWORD, enrolled=True)
    absent = dispose_of(ended, number="9800000999")
    both = dispose_of(ended, other="second")
    assert (both.exit_code, "区の人でなければ" in both.output) == (1, True)
    with ended.database.write() as session:
        session.get_one(Household, ended.last.household_id).protected = True
    hidden = dispose_of(ended)
    assert (absent.exit_code, hidden.exit_code) == (1, 1)
    assert hidden.output == absent.output
    assert is_there(ended)
    shown = dispose_of(ended, by="ward2")
    assert shown.exit_code == 0, shown.output
