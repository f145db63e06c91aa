"""The notice before the first letter.

To whom it goes, what it says, and that it is no letter with an ID.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from portal.domain.foundation.actors import Role
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.letters.documents.models import DocumentVersion
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.models import Letter, LetterWithoutId
from portal.domain.mailroom.printing.dispatch import handover
from portal.domain.mailroom.printing.dispatch.entries import Posting
from portal.domain.mailroom.printing.dispatch.posting import post_run
from portal.domain.mailroom.printing.proofs.decisions import approve_proof
from portal.domain.mailroom.printing.proofs.making import make_proof
from portal.domain.mailroom.printing.proofs.pictures import open_picture, pages_of
from portal.domain.mailroom.printing.recalls import queries as recall_queries
from portal.domain.mailroom.printing.recalls import recall_list
from portal.domain.mailroom.printing.recalls.needs import runs_to_recall
from portal.domain.mailroom.printing.recalls.states import RecallAnswer
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters, build_run
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from portal.domain.mailroom.printing.runs.queries import to_withdraw
from portal.domain.mailroom.printing.runs.recipients.preflight import Preflight
from portal.domain.mailroom.printing.runs.writers.advance import AdvanceWriter
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.large_print import wish_large_print
from portal.domain.people.households.models import Household
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.mailroom.archives import make_mail_house
from tests.support.mailroom.letters import NUMBER, PASSWORD, add_families, printer
from tests.support.mailroom.proofs import approve_run
from tests.support.people import CANARY_NAME
from tests.support.reading import pdf
from tests.support.staff import StaffSite
from tests.support.work import work_in


def build(made: Printer) -> BuiltRun:
    run = build_run(AdvanceWriter(made))
    assert isinstance(run, BuiltRun)
    return run


def notices(database: Database) -> list[tuple[int | None, str]]:
    with database.read() as session:
        rows = session.execute(
            select(LetterWithoutId.household_id, LetterWithoutId.state).order_by(LetterWithoutId.id)
        )
        return [(row[0], row[1]) for row in rows]


def change(database: Database, household_id: int, **values: object) -> None:
    with database.write() as session:
        session.execute(update(Household).where(Household.id == household_id).values(**values))


def test_everybody_who_will_get_a_letter_gets_the_notice_first_and_the_others_are_counted_by_reason(
    database: Database, tmp_path: Path
) -> None:
    made = printer(database, tmp_path / "letters")
    people = add_families(database, 6, protected=[1], held=[2])
    change(database, people[3], protected=True, counter=True)
    with database.write() as session:
        declined = update(Entitlement).where(Entitlement.household_id == people[4])
        session.execute(declined.values(claimed_by="decline", claim_id=1))
    run = build(made)
    assert notices(database) == [(people[0], "printed"), (people[5], "printed")]
    assert run.checked is not None
    assert {key: count for key, count in run.checked.left_out.items() if count} == {
        "protected": 2,
        "held": 1,
        "nothing_due": 1,
    }
    pages = [text for file in run.files for text in pdf.text((run.folder / file.file).read_bytes())]
    assert len(pages) == 2
    for text in pages:
        assert CANARY_NAME in text
        assert len(set(NUMBER.findall(text))) == 1
        assert "辞退届、返信用封筒" in text
        assert "2023年" in text
        assert not PASSWORD.search(text)
    (form,) = pdf.text((run.folder / f"enclosure-{run.run_id:03}-decline_form.pdf").read_bytes())
    assert not re.search(rf"{CANARY_NAME}|M\d{{9}}", form)
    sums = json.loads((run.folder / f"manifest-{run.run_id:03}.json").read_text())
    assert (sums["kind"], sums["letters"], sums["enclosed"]) == (
        "advance",
        2,
        {"decline_form": 2, "reply_envelope": 2},
    )
    again = build_run(AdvanceWriter(made))
    assert isinstance(again, Preflight)
    assert again.left_out["has_notice"] == 2
    letters = build_letters(made, workers=0)
    assert isinstance(letters, BuiltRun)
    assert (
        letters.totals.letters == 4
    )  # also the ward's counter, and who asked to decline and is not decided


def test_who_is_protected_meanwhile_gets_none_and_who_is_afterwards_is_taken_out(
    sqlite_database: Database, tmp_path: Path
) -> None:
    made = printer(sqlite_database, tmp_path / "letters")
    house = make_mail_house(sqlite_database, tmp_path / "letters")
    people = add_families(sqlite_database, 3)

    class Slow(AdvanceWriter):
        def draw(self, contents: Sequence[LetterContent], day: date) -> bytes:
            change(sqlite_database, people[0], protected=True)
            return AdvanceWriter.draw(self, contents, day)

    run = build_run(Slow(made))
    assert isinstance(run, BuiltRun)
    assert run.totals.letters == 2
    change(sqlite_database, people[1], protected=True)
    with sqlite_database.read() as session:
        (found,) = to_withdraw(session, include_protected=True)
    with pytest.raises(ConflictError, match="区の担当が先に"):
        house.hand_over(run.run_id)
    with sqlite_database.write() as session:
        handover.take_out(work_in(session, house.ward), run.run_id, [found.letter_id])
    with pytest.raises(ConflictError, match="校正刷り"):
        house.hand_over(run.run_id)
    make_proof(replace(made, actor=house.officer), run.run_id)
    with sqlite_database.write() as session:
        proof = approve_proof(work_in(session, house.ward), run.run_id)
        assert (proof.letters, proof.left_out["protected"], proof.left_out["has_notice"]) == (
            1,
            2,
            0,
        )
        (page,) = pages_of(session, proof, include_protected=False)
        shown = open_picture(
            work_in(session, house.ward), run.run_id, page.id, include_protected=False
        )
        assert shown.startswith(b"\x89PNG")
    built = house.build(run.run_id)
    assert f"enclosure-{run.run_id:03}-decline_form.pdf" in house.opened(built)
    house.hand_over(run.run_id)
    with sqlite_database.write() as session:
        post_run(work_in(session, house.officer), run.run_id, Posting(NOW.date(), "ordinary"))
        assert session.scalar(select(func.count(Letter.id))) == 0
    assert notices(sqlite_database) == list(
        zip(people, ("cancelled", "cancelled", "posted"), strict=True)
    )


def test_nothing_is_printed_without_the_wards_approval_or_when_declining_is_over(
    sqlite_database: Database, tmp_path: Path
) -> None:
    made = printer(sqlite_database, tmp_path / "letters")
    add_families(sqlite_database, 1)
    late = replace(made, clock=FixedClock(made.program.windows.decline.ends_at))
    with pytest.raises(ConflictError, match="終わっています"):
        build_run(AdvanceWriter(late))
    with sqlite_database.write() as session:
        session.execute(update(DocumentVersion).values(state="revoked"))
    with pytest.raises(NotAllowedError, match="承認"):
        build_run(AdvanceWriter(made))
    assert notices(sqlite_database) == []


def test_the_staff_sees_who_gets_one_finds_a_household_by_its_number_and_notes_what_came_back(
    sqlite_staff: StaffSite,
) -> None:
    database = sqlite_staff.database
    house = make_mail_house(database, sqlite_staff.folder / "letters")
    (person,) = add_families(database, 1)
    run = build(printer(database, sqlite_staff.folder / "letters"))
    officer = sqlite_staff.enter_as(Role.OFFICER)
    page = officer.open("/letters").text
    assert "事前案内" in page
    assert "事前案内がもうある" in page
    approve_run(database, run.run_id, house.officer, house.ward)
    house.hand_over(run.run_id)
    with database.write() as session:
        post_run(work_in(session, house.officer), run.run_id, Posting(NOW.date(), "ordinary"))
        number = session.scalars(select(LetterWithoutId.number)).one()
    found = officer.send("/households/search", {"number": number})
    assert f"/households/{person}" in found.text
    back = {"letter_number": number, "action": "arrive", "day": "2023-07-10"}
    assert officer.post(f"/letters/{run.run_id}/mail/ended", back).status_code == 422
    assert (
        officer.post(
            f"/letters/{run.run_id}/mail/ended", back | {"action": "come_back"}
        ).status_code
        == 303
    )
    assert notices(database) == [(person, "came_back")]
    assert len(sqlite_staff.events("bare_letter.come_back")) == 1


def test_a_notice_that_must_not_go_out_any_more_is_pulled_from_the_mail_house(
    database: Database, tmp_path: Path
) -> None:
    made = printer(database, tmp_path / "letters")
    house = make_mail_house(database, tmp_path / "letters")
    people = add_families(database, 3)
    run_id = build(made).run_id
    approve_run(database, run_id, house.officer, house.ward)
    house.hand_over(run_id)
    with database.read() as session:
        assert runs_to_recall(session) == {}
    change(database, people[0], protected=True)
    change(database, people[1], state="removed")
    with database.write() as session:
        assert runs_to_recall(session) == {run_id: 2}
        made_list = recall_list.draw_up(work_in(session, house.officer), run_id)
        recall_list.send_list(work_in(session, house.officer), made_list.id)
        first, second = recall_queries.lines(session, made_list.id)
        assert {first.reason, second.reason} == {"stopped", "removed"}
        assert first.number in recall_queries.as_csv(session, made_list.id).decode("utf-8-sig")
        recall_list.answer(
            work_in(session, house.officer),
            made_list.id,
            [(first.letter_id, RecallAnswer.RECALLED)],
        )
    with database.write() as session:
        post_run(work_in(session, house.officer), run_id, Posting(NOW.date(), "ordinary"))
        found = {
            line.letter_id: (line.state, line.mail_class)
            for line in recall_queries.lines(session, made_list.id)
        }
        assert found == {
            first.letter_id: ("pulled", None),
            second.letter_id: ("already_posted", "ordinary"),
        }
        assert runs_to_recall(session) == {}
    assert sorted(state for _key, state in notices(database)) == ["cancelled", "posted", "posted"]


def test_who_wants_large_print_gets_the_notice_so_with_its_text_and_form_beside_it(
    database: Database, tmp_path: Path
) -> None:
    made = printer(database, tmp_path / "letters")
    house = make_mail_house(database, tmp_path / "letters")
    people = add_families(database, 3)
    with database.write() as session:
        wish_large_print(work_in(session), people[0], "ko")
    run = build(made)
    usual, large = (pdf.text((run.folder / file.file).read_bytes()) for file in run.files)
    assert (len(usual), len(large)) == (2, 1), "one page each, and files of their own"
    assert CANARY_NAME in large[0]
    number = NUMBER.findall(large[0])[0]
    with database.read() as session:
        notice = session.scalars(select(LetterWithoutId).filter_by(number=number)).one()
        assert (notice.household_id, notice.large_print) == (people[0], "ko")
    text, form = f"large-{run.run_id:03}-ko.pdf", "decline_form-large.pdf"
    sums = json.loads((run.folder / f"manifest-{run.run_id:03}.json").read_text())
    assert (sums["letters"], sums["large_print"]) == (3, {text: 1})
    files = house.opened(house.build(run.run_id))
    assert {text, f"enclosure-{run.run_id:03}-{form}"} <= files.keys()
    said = "".join("".join(pdf.text(files[text])).split())
    assert CANARY_NAME not in said
    assert "사전안내" in said
    assert "2023" in said


def test_a_wish_that_came_while_notices_are_drawn_is_followed(
    sqlite_database: Database, tmp_path: Path
) -> None:
    made = printer(sqlite_database, tmp_path / "letters")
    people = add_families(sqlite_database, 1)

    class Slow(AdvanceWriter):
        def draw(self, contents: Sequence[LetterContent], day: date) -> bytes:
            drawn = AdvanceWriter.draw(self, contents, day)
            with sqlite_database.write() as session:
                wish_large_print(work_in(session), people[0], "ja")
            return drawn

    run = build_run(Slow(made))
    assert isinstance(run, BuiltRun)
    (file,) = run.files
    assert "大きな文字の案内" in "".join(pdf.text((run.folder / file.file).read_bytes()))
