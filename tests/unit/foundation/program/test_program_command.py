"""``portal program show`` and ``check`` as a person at the ward uses them."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from portal.cli.program import program_group
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program

from .conftest import WardFolder


class Context:
    public_url = "https://coupon.example.jp"

    def __init__(self, program_name: str) -> None:
        self.program_name = program_name

    def load_program(self) -> Program:
        return load_program(self.program_name)


def run(program: str, *arguments: str) -> Result:
    return CliRunner().invoke(program_group, list(arguments), obj=Context(program))


def test_show_gives_every_date_in_both_calendars_with_weekday_and_last_staffed_day() -> None:
    result = run("sample", "show")
    assert result.exit_code == 0
    line = next(
        line for line in result.output.splitlines() if "クーポンの交換 最後に使える日" in line
    )
    assert "2023-12-31(日) 令和5年12月31日" in line
    assert "2023-12-28" in line
    assert "2023-12-31T15:00:00Z" in line
    assert "2005-04-02(土) 平成17年4月2日" in result.output
    assert "2023-12-22" in next(
        line for line in result.output.splitlines() if "再配送の申し込み 最後" in line
    )


def test_show_as_json_has_the_same_days() -> None:
    days = {row["key"]: row for row in json.loads(run("sample", "show", "--json").output)["days"]}
    assert days["redelivery.to"]["iso"] == "2023-12-21"
    assert days["exchange.to"]["last_staffed_day"] == "2023-12-28"
    assert days["base_date"]["era"] == "令和5年5月1日"


def test_check_ends_with_0_on_warnings_and_with_3_if_asked_to_be_strict() -> None:
    assert run("sample", "check").exit_code == 0
    assert run("sample", "check", "--strict").exit_code == 3
    assert run("demo", "check", "--strict").exit_code == 0


def test_check_ends_with_1_on_a_contradiction_and_on_a_file_that_cannot_be_read(
    ward: WardFolder,
) -> None:
    ward.change('sign_in_to = "2023-12-31"', 'sign_in_to = "2023-11-01"')
    result = run(str(ward.path), "check", "--json")
    assert result.exit_code == 1
    assert "sign_in_closes_early" in {
        finding["code"] for finding in json.loads(result.output)["findings"]
    }
    ward.change("amount_yen = 30000", "amount_yen = 0")
    result = run(str(ward.path), "check")
    assert result.exit_code == 1
    assert "eligibility.amount_yen" in result.output
    assert "Traceback" not in result.output


def test_check_reads_the_files_that_the_program_names_too(ward: WardFolder, tmp_path: Path) -> None:
    (tmp_path / "letters.toml").write_text("", encoding="utf-8")
    (tmp_path / "layouts" / "ours.toml").write_text('kind = "csw"\n', encoding="utf-8")
    (tmp_path / "issuers" / "shop.toml").write_text('stop = "never"\n', encoding="utf-8")
    ward.change("window_height_mm = 45", "window_height_mm = 15")
    result = run(str(ward.path), "check", "--json")
    assert result.exit_code == 1
    codes = {finding["code"] for finding in json.loads(result.output)["findings"]}
    assert {"letter_texts", "advance_texts", "letter_window", "layout_file", "issuer_file"} <= codes
