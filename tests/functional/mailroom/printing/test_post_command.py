"""``portal letters archive``, ``post`` and ``remove-plaintext``.

From a built run to what is on its way.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.subcontractors import services as subcontractors
from tests.functional.mailroom.printing.test_cli import answer, portal
from tests.functional.requests.redeliveries.support import tracking_no
from tests.support.coupons import NOW
from tests.support.mailroom.letters import add_families
from tests.support.mailroom.proofs import approve_run
from tests.support.mailroom.ward import Ward
from tests.support.staff import hire
from tests.support.work import work_in


@pytest.fixture
def run(ward: Ward) -> int:
    """A finished run of three letters, two people, and a mail house without the ward's consent."""
    add_families(ward.database, 3)
    officer, other = (
        hire(ward.database, NOW, role, role.value).id for role in (Role.OFFICER, Role.WARD_OFFICER)
    )
    built = portal(ward, "build", "--json")
    assert built.exit_code == 0, built.output
    key = str(pyrage.x25519.Identity.generate().to_public())
    with ward.database.write() as session:
        actor = Actor(Role.OFFICER, officer, Organization.CONTRACTOR)
        subcontractors.propose_subcontractor(
            work_in(session, actor), subcontractors.Company("汐風印刷", "mail_house", "封入", key)
        )
    run_id = int(answer(built)["run"])
    second = Actor(Role.WARD_OFFICER, other, Organization.WARD)
    approve_run(ward.database, run_id, actor, second)
    return run_id


def consent(ward: Ward) -> None:
    with ward.database.write() as session:
        actor = Actor(Role.WARD_OFFICER, 2, Organization.WARD)
        subcontractors.consent(
            work_in(session, actor, datetime.now(UTC)), 1, Instruction("5汐子第1号", NOW.date())
        )


def test_a_run_goes_as_an_archive_and_each_letter_gets_its_label(
    ward: Ward, run: int, tmp_path: Path
) -> None:
    archive = ("archive", run, "--to", 1, "--by", "officer")
    refused = portal(ward, *archive)
    assert refused.exit_code == 1
    assert len(refused.stderr.splitlines()) == 1
    consent(ward)
    assert portal(ward, "archive", run, "--to", 1, "--by", "ward_officer").exit_code == 1
    built = portal(ward, *archive, "--json")
    assert built.exit_code == 0, built.output
    assert answer(built)["letters"] == 3
    take = ("take-archive", run, answer(built)["id"], "--by", "officer", "--out")
    assert portal(ward, *take, tmp_path / "early.age").exit_code == 1
    assert portal(ward, "remove-plaintext", run).exit_code == 1
    assert (
        portal(
            ward, "hand-over", run, "--by", "officer", "--confirmed-by", "ward_officer"
        ).exit_code
        == 0
    )
    removed = portal(ward, "remove-plaintext", run, "--json")
    assert answer(removed) == {"files": 1, "staying": 0}
    assert list((ward.folder / "letters" / f"run-{run:03}").glob("letters-*.pdf")) == []
    taken = tmp_path / "taken.age"
    assert portal(ward, *take, taken).exit_code == 0
    assert hashlib.sha256(taken.read_bytes()).hexdigest() == answer(built)["sha256"]
    assert taken.stat().st_mode & 0o077 == 0

    with ward.database.read() as session:
        numbers = list(session.scalars(select(Letter.number).order_by(Letter.id)))
    file = tmp_path / "labels.csv"
    rows = [f"{number},{tracking_no(at)}" for at, number in enumerate(numbers[:2])]
    file.write_text("手紙番号,お問い合わせ番号\n" + "\n".join([*rows, rows[0]]), "utf-8")
    post = ("post", file, "--class", "simple_registered", "--by", "officer")
    twice = portal(ward, *post)
    assert twice.exit_code == 1
    assert "4" in twice.stderr
    file.write_text("手紙番号,お問い合わせ番号\n" + "\n".join([*rows, "M1,x", ""]), "utf-8")
    partly = portal(ward, *post, "--dry-run")
    assert partly.exit_code == 3
    assert "記録しなかった行: 4行目" in partly.output
    file.write_text("手紙番号,お問い合わせ番号\n" + "\n".join(rows), "utf-8")
    assert answer(portal(ward, *post, "--dry-run", "--json"))["letters"] == 2
    with ward.database.read() as session:
        assert session.scalars(select(Shipment)).all() == []
    assert answer(portal(ward, *post, "--json"))["letters"] == 2
    assert portal(ward, *post, "--run", run).exit_code == 1
    assert portal(ward, "post", "--class", "ordinary", "--by", "officer").exit_code == 1
    rest = portal(ward, "post", "--run", run, "--class", "ordinary", "--by", "officer")
    assert rest.exit_code == 0, rest.output
    with ward.database.read() as session:
        states = sorted((row.state, row.mail_class) for row in session.scalars(select(Shipment)))
    assert states == [("posted", "ordinary")] + [("posted", "simple_registered")] * 2
