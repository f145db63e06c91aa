"""``portal roster`` as a person runs it: sentences, exit codes, JSON, and the two-person rule."""

import json
from pathlib import Path

import pytest

from portal.demo.extract import Extract, make_extract
from portal.demo.families import ExtractPlan
from portal.domain.foundation.transfers.kinds import TransferKind
from tests.support.programs.command import CommandLine, sentence
from tests.support.programs.small_ward import small_ward
from tests.support.reading.files import picture
from tests.support.transfers import extract_figures, written_sheet

PLAN = ExtractPlan(households=90, seed=5)


@pytest.fixture(scope="module")
def extract() -> Extract:
    return make_extract(PLAN)


@pytest.fixture(scope="module")
def path(extract: Extract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extract.write(tmp_path_factory.mktemp("extract"), "sample")["sample"]


@pytest.fixture(scope="module")
def portal(
    path: Path, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> CommandLine:
    """A deployment with the extract imported and three staff accounts."""
    folder = tmp_path_factory.mktemp("data")
    portal = CommandLine(folder, program=small_ward(folder))
    portal.set_up(sqlite_template)
    done = portal.run(
        "roster", "import", path, "--layout", "sample", "--sheet", sheet_of(PLAN, path)
    )
    assert done.returncode == 3
    assert "適用しました" in done.stdout
    for login, organization, role in (
        ("officer", "contractor", "officer"),
        ("second", "contractor", "officer"),
        ("ward", "ward", "ward_officer"),
        ("agent", "contractor", "agent"),
    ):
        done = portal.run(
            "staff",
            "add",
            "--login",
            login,
            "--name",
            login,
            "--organization",
            organization,
            "--role",
            role,
        )
        assert done.returncode == 0, done.stderr
    return portal


def sheet_of(plan: ExtractPlan, path: Path) -> Path:
    """Write the ward's sheet of an extract beside it."""
    figures = extract_figures(make_extract(plan).manifest()["totals"], path.read_bytes())
    return written_sheet(path.parent, TransferKind.EXTRACT, path, figures)


def test_check_stores_nothing_and_its_json_has_the_shape_of_the_manifest(
    extract: Extract, path: Path, tmp_path: Path
) -> None:
    fresh = CommandLine(tmp_path / "fresh")
    done = fresh.run("roster", "check", path, "--layout", "sample", "--json")
    assert done.returncode == 3
    assert not (tmp_path / "fresh").exists()
    found, expected = json.loads(done.stdout), extract.manifest()
    assert [set(record) for record in found["records"]] == [
        set(record) for record in expected["records"]
    ]
    assert [r["result"] for r in found["records"]] == [r["result"] for r in expected["records"]]
    assert {h["household_no"] for h in found["households"]} == {
        h["household_no"] for h in expected["households"]
    }
    assert found["totals"]["children_issue"] == expected["totals"]["children_issue"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--layout", "no-such"], 1, "no-such"),
        ([], 1, "--layout"),
        (["--layout", "sample", "--extracted", "5/15"], 1, "2023-05-15"),
        (["--layout", "sample-xlsx"], 1, "Excel"),
        (["--no-such-option"], 2, "--no-such-option"),
    ],
)
def test_wrong_use_is_one_sentence(
    portal: CommandLine, path: Path, arguments: list[str], code: int, words: str
) -> None:
    done = portal.run("roster", "import", path, *arguments)
    assert done.returncode == code
    assert words in sentence(done)


def test_the_list_of_holds_names_every_held_household_with_reason_and_remedy(
    portal: CommandLine, extract: Extract
) -> None:
    listed = portal.run("roster", "holds", "--by", "ward").stdout
    held = [family.number for family in extract.families if family.disposition == "hold"]
    assert all(number in listed for number in held)
    assert "二人の承認で保留を解いてください" in listed


def test_a_release_takes_the_people_that_its_code_takes(
    portal: CommandLine, extract: Extract, tmp_path: Path
) -> None:
    number = extract.cases["moved within the ward"]
    order = tmp_path / "order.png"
    order.write_bytes(picture())
    release = ("roster", "release", "--household", number, "--code", "W10", "--by", "officer")
    for more, words in (
        ((), "--confirmed-by"),
        (("--confirmed-by", "officer"), "自分の提案"),
        (("--confirmed-by", "second"), "受託者の二人だけでは"),
        (("--confirmed-by", "second", "--instruction", "第12号"), "受託者の二人だけでは"),
        (("--confirmed-by", "second", "--instruction-scan", order), "--scan-has-no-numbers"),
        (
            ("--confirmed-by", "second", "--scan-has-no-numbers", "--instruction-scan", order),
            "番号も",
        ),
        (("--confirmed-by", "agent"), "決められません"),
        (("--confirmed-by", "nobody"), "いません"),
    ):
        done = portal.run(*release, *more)
        assert done.returncode == 1
        assert words in sentence(done)
    tried = portal.run(*release, "--confirmed-by", "ward", "--dry-run")
    assert (tried.returncode, "何も変えていません" in tried.stdout) == (0, True)
    proven = ("--instruction", "第12号", "--instruction-scan", order, "--scan-has-no-numbers")
    done = portal.run(*release, "--confirmed-by", "second", *proven)
    assert done.returncode == 0, done.stderr
    assert portal.run(*release, "--confirmed-by", "ward").returncode == 1
    assert number not in portal.run("roster", "holds").stdout


def test_two_officers_meet_a_protected_household_as_one_that_does_not_exist(
    portal: CommandLine, extract: Extract
) -> None:
    protected = extract.cases["protected family"]
    tail = ("--code", "W01", "--by", "officer", "--confirmed-by")
    answers = [
        sentence(portal.run("roster", "release", "--household", number, *tail, "second"))
        for number in (protected, "0999999999")
    ]
    assert answers[0].replace(protected, "#") == answers[1].replace("0999999999", "#")
    words = ("roster", "release", "--household", protected, *tail, "ward", "--dry-run")
    assert portal.run(*words).returncode == 0


def test_a_print_text_comes_from_a_file_and_releases_the_hold(
    portal: CommandLine, extract: Extract, tmp_path: Path
) -> None:
    number = extract.cases["user-defined character"]
    text = tmp_path / "text.toml"
    text.write_text(
        'name = "高川　聡"\n[children]\n1 = "高川　葵"\n2 = "高川　詩"\n', encoding="utf-8"
    )
    done = portal.run(
        "roster",
        "print-text",
        "--household",
        number,
        "--text",
        text,
        "--by",
        "officer",
        "--confirmed-by",
        "ward",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["still_held"] == []


def test_protection_comes_from_a_list(
    portal: CommandLine, extract: Extract, tmp_path: Path
) -> None:
    number = next(f.number for f in extract.families if f.disposition == "issue")
    file = tmp_path / "list.csv"
    file.write_text(f"世帯番号\n{number}\n0000000001\n", encoding="utf-8")
    done = portal.run("roster", "protection", "list", file, "--column", "世帯番号")
    assert done.returncode == 3
    assert "0000000001" in done.stdout
    listed = ("roster", "holds", "--code", "W01_PROTECTED")
    assert number in portal.run(*listed, "--by", "ward").stdout
    assert portal.run(*listed).stdout.strip() == ""
    assert portal.run(*listed, "--by", "officer").returncode == 1
    none = portal.run(
        "roster",
        "protection",
        "none",
        "--date",
        "2023-06-01",
        "--by",
        "officer",
        "--confirmed-by",
        "ward",
    )
    assert none.returncode == 1


def test_a_later_file_is_shown_and_applied_by_its_number(
    portal: CommandLine, tmp_path: Path
) -> None:
    changed = make_extract(PLAN)
    family = next(f for f in changed.families if f.disposition == "issue" and f.eligible == 2)
    family.head.cells["氏名カナ"] = "アラタメ ナマエ"
    path = changed.write(tmp_path, "sample")["sample"]
    sheet = sheet_of(PLAN, path)
    done = portal.run("roster", "import", path, "--layout", "sample", "--sheet", sheet, "--json")
    waiting = json.loads(done.stdout)
    assert (waiting["state"], waiting["differences"].get("correction")) == ("staged", 1)
    assert f"{family.number} correction" in portal.run("roster", "diff").stdout
    number = str(waiting["import_id"])
    assert portal.run("roster", "import", "--apply", number, "--dry-run").returncode == 0
    assert portal.run("roster", "import", "--apply", number).returncode == 0
    again = portal.run("roster", "import", "--apply", number)
    assert again.returncode == 1
    assert "もう適用した" in sentence(again)
    assert "ありません" in portal.run("roster", "diff").stdout


def test_what_the_layout_does_not_explain_is_named(path: Path, tmp_path: Path) -> None:
    lines = path.read_bytes().rstrip(b"\x1a").split(b"\r\n")[:-1]
    added = (("行政区" if n == 0 else "東").encode("cp932") for n in range(len(lines)))
    wider = b"\r\n".join(line + b"," + more for line, more in zip(lines, added, strict=True))
    file = tmp_path / "coded.csv"
    file.write_bytes(wider.replace(",子,".encode("cp932"), b",20,"))
    done = CommandLine(tmp_path / "fresh").run("roster", "check", file, "--layout", "sample")
    assert "行政区" in done.stdout
    assert "20 (" in done.stdout
    assert "[codes.relationship]" in done.stdout


def test_nothing_is_made_or_imported_with_a_program_that_is_wrong(
    portal: CommandLine, path: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "ours"
    assert portal.run("program", "new", wrong).returncode == 0
    file = wrong / "program.toml"
    text = file.read_text("utf-8")
    assert text.count('birth_from = "school-year"') == 1
    file.write_text(text.replace('"school-year"', '"2008-10-02"'), "utf-8")
    for data, arguments in (
        (tmp_path / "data", ("init",)),
        (portal.data_dir, ("roster", "import", path, "--layout", "sample")),
    ):
        done = CommandLine(data).run("--program", wrong, *arguments)
        assert done.returncode == 1
        assert "2008-10-02" in done.stderr
    assert not (tmp_path / "data").exists()
    assert portal.run("program", "new", wrong).returncode == 1


def test_a_result_with_persons_in_it_is_shown_and_not_written_to_a_file(
    portal: CommandLine, path: Path, tmp_path: Path
) -> None:
    target, of_file = tmp_path / "out.json", (path, "--layout", "sample")
    for words in (
        ("roster", "check", *of_file),
        ("roster", "import", *of_file, "--dry-run"),
        ("roster", "diff"),
        ("roster", "holds"),
    ):
        done = portal.run(*words, "--json", target)
        assert done.returncode == 1, words
        assert "ファイルには書きません" in sentence(done)
        assert not target.exists()
        assert json.loads(portal.run(*words, "--json").stdout) is not None
