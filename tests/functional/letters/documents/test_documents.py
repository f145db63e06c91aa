"""The ward approves texts and forms by version; nothing is printed that it did not approve."""

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.program.loader import load_program
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.letters.documents import queries, services
from portal.domain.letters.documents.models import DocumentUse, DocumentVersion
from portal.domain.letters.documents.states import DOCUMENT
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.printing.cards.printing import print_cards
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.oversight.reports.ward_documents import FORMS, source
from portal.platform.database import Database
from tests.functional.contacts.faxes.test_races import race
from tests.support.canaries import CANARIES
from tests.support.coupons import NOW
from tests.support.mailroom.letters import add_families, printer
from tests.support.reading import pdf
from tests.support.staff import hire
from tests.support.work import work_in

DAY = date(2023, 6, 1)


@pytest.fixture
def people(database: Database) -> tuple[Actor, Actor]:
    officer, ward = (
        hire(database, NOW, role, role.value).id for role in (Role.OFFICER, Role.WARD_OFFICER)
    )
    return (
        Actor(Role.OFFICER, officer, Organization.CONTRACTOR),
        Actor(Role.WARD_OFFICER, ward, Organization.WARD),
    )


def propose(
    database: Database, actor: Actor, content: bytes = b"text", kind: str = "letter"
) -> int:
    with database.write() as session:
        return services.propose(
            work_in(session, actor), services.Draft(kind, "letters.toml", content, "最終版")
        ).id


def approve(
    database: Database, key: int, actor: Actor, number: str = "5汐子第1号", day: date = DAY
) -> None:
    with database.write() as session:
        services.approve(work_in(session, actor), key, Instruction(number, day))


def press(database: Database, folder: Path, texts: Path) -> Printer:
    """A printer whose ward wrote its letter into a file of its own."""
    made = printer(database, folder)
    return replace(made, filed=replace(made.program, letter_texts_file=texts))


def test_only_the_ward_approves_with_number_and_day_and_never_its_own(
    database: Database, people: tuple[Actor, Actor]
) -> None:
    officer, ward = people
    key, own = propose(database, officer), propose(database, ward, b"other")
    with pytest.raises(NotAllowedError, match="区の職員"):
        approve(database, key, officer)
    with pytest.raises(NotAllowedError, match="自分が登録"):
        approve(database, own, ward)
    with pytest.raises(InputError, match="番号"):
        approve(database, key, ward, number=" ")
    with pytest.raises(InputError, match="未来"):
        approve(database, key, ward, day=date(2099, 1, 1))
    with pytest.raises(NotFoundError):
        approve(database, 999, ward)
    with database.read() as session, pytest.raises(NotAllowedError, match="承認していない"):
        services.require_approval(session, "letter", services.digest_of(b"text"))
    approve(database, key, ward)
    with database.read() as session:
        assert services.require_approval(session, "letter", services.digest_of(b"text")).id == key
        with pytest.raises(NotAllowedError):
            services.require_approval(session, "letter", services.digest_of(b"text "))
        with pytest.raises(NotAllowedError):
            services.require_approval(session, "pages", services.digest_of(b"text"))


def test_a_content_has_one_living_version_and_can_come_again_after_a_refusal(
    database: Database, people: tuple[Actor, Actor]
) -> None:
    officer, ward = people
    key = propose(database, officer)
    with pytest.raises(ConflictError):
        propose(database, officer)
    with database.write() as session:
        services.refuse(work_in(session, ward), key)
    again = propose(database, officer)
    with database.read() as session:
        assert [(one.number, one.state) for one in queries.versions(session)] == [
            (2, "proposed"),
            (1, "refused"),
        ]
        assert queries.version(session, again).content == b"text"


@pytest.mark.parametrize(
    ("content", "label", "code"),
    [
        (b"", "x", "content"),
        (b"x" * 5_000_001, "x", "content"),
        (b"x", " ", "label"),
        (b"x", "x" * 61, "label"),
    ],
)
def test_what_is_wrong_with_a_version_is_named(
    database: Database, people: tuple[Actor, Actor], content: bytes, label: str, code: str
) -> None:
    with database.write() as session, pytest.raises(InputError) as refused:
        services.propose(work_in(session, people[0]), services.Draft("letter", "a", content, label))
    assert refused.value.code == code
    with database.write() as session, pytest.raises(NotAllowedError):
        services.propose(work_in(session), services.Draft("letter", "a", b"x", "x"))


def test_every_step_from_every_state_is_as_the_table_says(
    database: Database, people: tuple[Actor, Actor]
) -> None:
    officer, ward = people
    for at, (state, action) in enumerate(
        (s, a) for s in sorted(DOCUMENT.states) for a in DOCUMENT.steps
    ):
        key = propose(database, officer, f"text {at}".encode())
        with database.write() as session:
            row = session.get_one(DocumentVersion, key)
            row.state, row.instruction_no, row.instruction_on = state, "1", DAY

        def act(key: int = key, action: str = action) -> None:
            with database.write() as session:
                if action == "approve":
                    services.approve(work_in(session, ward), key, Instruction("1", DAY))
                else:
                    getattr(services, action)(work_in(session, ward), key)

        if DOCUMENT.can(state, action):
            act()
        else:
            with pytest.raises(WrongStateError):
                act()
        with database.read() as session:
            wanted = DOCUMENT.next(state, action) if DOCUMENT.can(state, action) else state
            assert session.get_one(DocumentVersion, key).state == wanted


def test_two_who_lay_the_same_text_before_the_ward_make_one_version(
    database: Database, people: tuple[Actor, Actor]
) -> None:
    told = race(*[partial(propose, database, people[0])] * 3)
    assert told.count("") == 1
    with database.read() as session:
        assert session.scalar(select(func.count(DocumentVersion.id))) == 1


def test_no_card_is_printed_before_the_ward_approved_its_texts(
    database: Database, people: tuple[Actor, Actor], tmp_path: Path
) -> None:
    officer, ward = people
    (household,) = add_families(database, 1)
    with database.write() as session:
        announce(work_in(session), Event(household, "decided", "decided:1", receipt_no="CDFG-HJKL"))
    texts = tmp_path / "letters.toml"
    texts.write_bytes(
        load_program("sample", date(2023, 7, 3)).letter_texts_file.read_bytes() + b"# ours\n"
    )
    mine = press(database, tmp_path / "runs", texts)
    with pytest.raises(NotAllowedError, match="承認していない"):
        print_cards(mine)
    key = propose(database, officer, texts.read_bytes())
    approve(database, key, ward)
    assert print_cards(mine).cards == 1
    with database.read() as session:
        ((use, version),) = queries.uses(session)
        assert (use.subject, version.id) == ("card_print", key)


def test_no_letter_is_printed_before_the_ward_approved_exactly_these_texts(
    database: Database, people: tuple[Actor, Actor], tmp_path: Path
) -> None:
    officer, ward = people
    add_families(database, 2)
    texts = tmp_path / "letters.toml"
    sample = load_program("sample", date(2023, 7, 3)).letter_texts_file.read_bytes()
    texts.write_bytes(sample + b"# ours\n")
    mine = press(database, tmp_path / "runs", texts)
    with pytest.raises(NotAllowedError, match="承認していない"):
        build_letters(mine, workers=0)
    key = propose(database, officer, texts.read_bytes())
    with pytest.raises(NotAllowedError, match="承認していない"):
        build_letters(mine, workers=0)
    with database.read() as session:
        assert session.scalar(select(func.count(Letter.id))) == 0
    approve(database, key, ward)
    built = build_letters(mine, workers=0)
    assert isinstance(built, BuiltRun)
    with database.read() as session:
        ((use, version),) = queries.uses(session)
        assert (use.subject, use.subject_id, version.id) == ("print_run", built.run_id, key)
        assert version.content == texts.read_bytes()
    texts.write_bytes(sample + b"# ours, changed\n")
    add_families_again(database)
    with pytest.raises(NotAllowedError, match="承認していない"):
        build_letters(mine, workers=0)
    texts.write_bytes(sample + b"# ours\n")
    with database.write() as session:
        services.revoke(work_in(session, ward), key)
    with pytest.raises(NotAllowedError, match="承認していない"):
        build_letters(mine, workers=0)


def add_families_again(database: Database) -> None:
    """Nothing new: the next build finds nobody, and refuses all the same."""
    with database.read() as session:
        assert session.scalar(select(func.count(Letter.id))) == 2


def test_an_unfinished_run_never_goes_on_with_another_version(
    database: Database, people: tuple[Actor, Actor], tmp_path: Path
) -> None:
    officer, ward = people
    add_families(database, 2)
    texts = tmp_path / "letters.toml"
    sample = load_program("sample", date(2023, 7, 3)).letter_texts_file.read_bytes()
    contents = [sample + b"# first\n", sample + b"# second\n"]
    for content in contents:
        approve(database, propose(database, officer, content), ward)
    texts.write_bytes(contents[0])
    mine = press(database, tmp_path / "runs", texts)

    def stop(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_letters(mine, workers=0, chunk_size=1, progress=stop)
    texts.write_bytes(contents[1])
    with pytest.raises(ConflictError, match="文が変わりました"):
        build_letters(mine, workers=0)
    texts.write_bytes(contents[0])
    assert isinstance(build_letters(mine, workers=0), BuiltRun)
    with database.read() as session:
        assert session.scalar(select(func.count(DocumentUse.id))) == 1


def test_a_demo_prints_without_any_ward(sqlite_database: Database, tmp_path: Path) -> None:
    add_families(sqlite_database, 1)
    texts = tmp_path / "letters.toml"
    sample = load_program("sample", date(2023, 7, 3)).letter_texts_file.read_bytes()
    texts.write_bytes(sample + b"# nobody's\n")
    made = press(sqlite_database, tmp_path / "runs", texts)
    built = build_letters(replace(made, filed=replace(made.program, is_demo=True)), workers=0)
    assert isinstance(built, BuiltRun)


@pytest.mark.parametrize("kind", list(FORMS))
def test_no_form_prints_a_name_or_an_address_of_a_household_before_somebody_writes_it(
    kind: str,
) -> None:
    program = load_program("sample", date(2023, 7, 3))
    found = source(program, kind, NOW)
    said = "".join(pdf.text(found.content)).replace("\n", "")
    assert program.contact.telephone in said
    assert program.contact.fax in said or kind == "reply_envelope"
    assert not [word for word in CANARIES if word in said]
    assert source(program, kind, NOW).content == found.content
