"""``portal transfers`` and ``--sheet`` as a person at the command line uses them."""

import json
from pathlib import Path

import pytest

from portal.demo.extract import make_extract
from portal.demo.families import ExtractPlan
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from tests.support.programs.command import CommandLine, sentence
from tests.support.programs.small_ward import small_ward
from tests.support.transfers import digest_of, extract_figures, written_sheet

PLAN = ExtractPlan(households=6, seed=3, clean=True)
IMPORT = ("roster", "import", "--layout", "sample")


@pytest.fixture
def portal(tmp_path: Path, sqlite_template: Path) -> CommandLine:
    """An installation with an officer and a person of the ward."""
    portal = CommandLine(tmp_path / "data", program=small_ward(tmp_path))
    portal.set_up(sqlite_template)
    for login, organization, role in (
        ("officer", "contractor", "officer"),
        ("ward", "ward", "ward_officer"),
        ("ward2", "ward", "ward_officer"),
        ("agent", "contractor", "agent"),
    ):
        words = ["--login", login, "--name", login, "--organization", organization, "--role", role]
        if login == "ward2":
            words.append("--no-administrator")
        done = portal.run("staff", "add", *words)
        assert done.returncode == 0, done.stderr
    return portal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_extract(PLAN).write(tmp_path, "sample")["sample"]


def sheet(path: Path) -> Path:
    figures = extract_figures(make_extract(PLAN).manifest()["totals"], path.read_bytes())
    return written_sheet(path.parent, TransferKind.EXTRACT, path, figures)


def test_half_a_file_is_refused_in_words_and_stays_open(portal: CommandLine, path: Path) -> None:
    given = sheet(path)
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:9]))
    done = portal.run(*IMPORT, path, "--sheet", given)
    assert done.returncode == 1
    assert "件数: 送付票は" in sentence(done)
    listed = portal.run("transfers", "list", "--open", "--json")
    assert listed.returncode == 3
    (row,) = json.loads(listed.stdout)
    assert (row["kind"], row["state"], row["got"]["rows"]) == ("extract", "differing", 8)
    build = portal.run("letters", "build", "--out", path.parent / "letters")
    assert build.returncode == 1
    path.write_bytes(whole)
    done = portal.run(*IMPORT, path, "--sheet", given)
    assert done.returncode == 0, done.stderr
    listed = portal.run("transfers", "list", "--json")
    assert (listed.returncode, json.loads(listed.stdout)[0]["state"]) == (3, "one_sided")
    assert "区の控えと比べて" in json.loads(listed.stdout)[0]["next_step"]
    assert portal.run("transfers", "confirm", "1", "--by", "officer").returncode == 1
    assert portal.run("transfers", "confirm", "1", "--by", "ward").returncode == 0
    assert portal.run("transfers", "list").returncode == 0


def test_a_file_that_cannot_be_read_is_said_to_be_another_than_its_sheets(
    portal: CommandLine, path: Path
) -> None:
    given = sheet(path)
    path.write_bytes(path.read_bytes()[:20])
    done = portal.run(*IMPORT, path, "--sheet", given)
    assert done.returncode == 1
    assert "送付票とも合いません（受け渡し 1）" in sentence(done)
    people = path.with_name("list.csv")
    people.write_text('世帯番号\n"123\n', encoding="utf-8")
    figures = Figures(rows=2, sha256="a" * 64)
    given = written_sheet(path.parent, TransferKind.PROTECTION_LIST, people, figures)
    loading = ("roster", "protection", "list", people, "--column", "世帯番号")
    done = portal.run(*loading, "--sheet", given)
    assert done.returncode == 1
    assert "送付票とも合いません（受け渡し 2）" in sentence(done)
    listed = json.loads(portal.run("transfers", "list", "--open", "--json").stdout)
    assert [(row["kind"], row["state"]) for row in listed] == [
        ("extract", "announced"),
        ("protection_list", "announced"),
    ]


def test_a_sheet_is_typed_after_its_file_came(portal: CommandLine, path: Path) -> None:
    done = portal.run(*IMPORT, path)
    assert done.returncode == 3
    assert "送付票がまだない" in done.stdout
    assert portal.run("roster", "import", "--apply", "1").returncode == 1
    totals = make_extract(PLAN).manifest()["totals"]
    typed = (
        *("transfers", "sheet", "extract", "--file-name", path.name, "--from", "情報政策課"),
        *("--rows", totals["records"], "--children", totals["children_issue"]),
        *("--yen", totals["yen_issue"], "--sha256", digest_of(path.read_bytes())),
    )
    assert portal.run(*typed, "--by", "agent").returncode == 1
    done = portal.run(*typed, "--by", "officer")
    assert done.returncode == 0, done.stderr
    assert "片方だけの数" in done.stdout
    assert portal.run("roster", "import", "--apply", "1").returncode == 0
    done = portal.run("transfers", "confirm", "1", "--by", "ward")
    assert "一致" in done.stdout, done.stderr


def test_other_children_are_accepted_by_two(portal: CommandLine, path: Path) -> None:
    given = sheet(path)
    lines = given.read_bytes().decode("cp932").splitlines()
    changed = ["こどもの数,999" if line.startswith("こども") else line for line in lines]
    given.write_bytes("\n".join(changed).encode("cp932"))
    assert portal.run(*IMPORT, path, "--sheet", given).returncode == 1
    accept = ("transfers", "accept", "1", "--reason", "区の数え方が違う。")
    done = portal.run(*accept, "--by", "officer", "--confirmed-by", "officer")
    assert done.returncode == 1
    done = portal.run(*accept, "--by", "officer", "--confirmed-by", "ward")
    assert done.returncode == 0, done.stderr
    assert portal.run(*IMPORT, path, "--sheet", given).returncode == 0


def test_the_paper_of_a_hand_over_is_a_pdf(portal: CommandLine, path: Path) -> None:
    assert portal.run(*IMPORT, path, "--sheet", sheet(path)).returncode == 0
    paper = path.parent / "receipt.pdf"
    assert portal.run("transfers", "print", "1", paper).returncode == 0
    assert paper.read_bytes().startswith(b"%PDF")
    done = portal.run("transfers", "print", "1", path.parent / "sheet.csv")
    assert done.returncode == 1
    assert portal.run("transfers", "print", "9", paper).returncode == 1


def test_the_wards_receipt_closes_an_export_and_a_sheet_is_withdrawn(
    portal: CommandLine, path: Path
) -> None:
    done = portal.run("export", "--out", path.with_name("out"), "--by", "ward")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(portal.run("transfers", "list", "--json").stdout)
    assert (row["kind"], row["state"]) == ("export", "sent")
    written = path.with_name("sheet.csv")
    assert portal.run("transfers", "print", "1", written).returncode == 0
    assert row["sent"]["sha256"] in written.read_text("utf-8-sig")
    manifest = (path.with_name("out") / "manifest.json").read_bytes()
    receipt = ("transfers", "receipt", "1", "--rows", row["sent"]["rows"], "--by", "officer")
    other = portal.run(*receipt, "--sha256", digest_of(manifest[:-1]))
    assert "同じファイルではありません" in other.stdout
    done = portal.run(*receipt, "--sha256", digest_of(manifest))
    assert "片方だけの数" in done.stdout
    assert portal.run("transfers", "confirm", "1", "--by", "ward").returncode == 1, "ward sent it"
    assert "一致" in portal.run("transfers", "confirm", "1", "--by", "ward2").stdout
    typed = ("--file-name", "t.csv", "--from", "郵便局", "--rows", 3, "--sha256", "a" * 64)
    assert portal.run("transfers", "sheet", "tracking", *typed, "--by", "officer").returncode == 0
    assert portal.run("transfers", "list", "--open").returncode == 3
    withdraw = ("transfers", "withdraw", "2", "--reason", "別の区のもの。", "--by")
    assert portal.run(*withdraw, "agent").returncode == 1
    assert portal.run(*withdraw, "officer").returncode == 0
    assert portal.run("transfers", "list").returncode == 0
