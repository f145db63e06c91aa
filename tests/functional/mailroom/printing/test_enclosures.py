"""What the program encloses with first letters.

Named on the letter, drawn once, counted for who fills the envelopes.
"""

import json
from dataclasses import replace

from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.program.schema import ALTERNATIVE_FORM, REPLY_ENVELOPE
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.orders import order
from portal.domain.letters.letters.states import REISSUE
from portal.domain.mailroom.printing.proofs.decisions import approve_proof
from portal.domain.mailroom.printing.proofs.making import make_proof
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer
from tests.support.mailroom.archives import make_mail_house
from tests.support.mailroom.letters import add_families, printer
from tests.support.mailroom.proofs import approve_run
from tests.support.reading import pdf
from tests.support.staff import StaffSite
from tests.support.work import work_in

ENCLOSED = (ALTERNATIVE_FORM, REPLY_ENVELOPE)


def build(made: Printer, limit: int | None = None) -> BuiltRun:
    run = build_letters(made, workers=0, limit=limit)
    assert isinstance(run, BuiltRun)
    return run


def test_a_first_letter_goes_with_the_form_and_the_envelope_and_a_later_one_alone(
    sqlite_staff: StaffSite,
) -> None:
    database, folder = sqlite_staff.database, sqlite_staff.folder
    add_families(database, 3)
    plain = printer(database, folder / "letters")
    made = replace(plain, filed=replace(plain.program, letter_enclosures=ENCLOSED))
    house = make_mail_house(database, folder / "letters")
    approve_run(database, build(plain, 1).run_id, house.officer, house.ward)
    house.hand_over(1)
    with database.write() as session:
        order(work_in(session), session.scalars(select(Letter.household_id)).one(), REISSUE)
    run = build(made)
    texts = [text for path in run.paths for text in pdf.text(path.read_bytes())]
    assert sorted("代替品申出書、返信用封筒" in text for text in texts) == [False, True, True]
    with database.read() as session:
        rows = session.execute(
            select(Letter.reason, Letter.enclosures).where(Letter.print_run_id == run.run_id)
        )
        assert sorted(map(tuple, rows)) == [("first", 3), ("first", 3), ("reissue", 1)]
    form = f"enclosure-{run.run_id:03}-alternative_form.pdf"
    (page,) = pdf.text((run.folder / form).read_bytes())
    assert "代替品申出書" in page
    wanted = dict.fromkeys(ENCLOSED, 2)
    assert (
        json.loads((run.folder / f"manifest-{run.run_id:03}.json").read_text())["enclosed"]
        == wanted
    )
    make_proof(replace(made, actor=house.officer), run.run_id)
    with database.write() as session:
        approve_proof(work_in(session, house.ward), run.run_id)
    files = house.opened(house.build(run.run_id))
    sums = json.loads(files[f"manifest-{run.run_id:03}.json"])
    assert (form in files, sums["enclosures"], sums["enclosed"]) == (True, 7, wanted)
    assert "返信用封筒" in sqlite_staff.enter_as(Role.OFFICER).open(f"/letters/{run.run_id}").text
