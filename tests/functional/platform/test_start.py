"""A site does not start with a contradictory program, and logs what is doubtful in words."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from portal.domain.foundation.errors import InputError
from portal.platform.startup import check_program_at_start
from tests.support.resident import Resident, write_program


def test_a_deadline_before_its_start_stops_the_start(
    sqlite_resident: Resident, tmp_path: Path
) -> None:
    path = write_program(tmp_path)
    text = path.read_text("utf-8")
    path.write_text(text.replace('sign_in_to = "2023-12-31"', 'sign_in_to = "2023-06-30"'), "utf-8")
    with pytest.raises(InputError) as refused:
        check_program_at_start(replace(sqlite_resident.site.settings, program=str(path)))
    assert "2023-06-30" in refused.value.message or "サインイン" in refused.value.message


def test_what_is_doubtful_goes_to_the_log_in_words(
    sqlite_resident: Resident, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "portal.start"):
        check_program_at_start(replace(sqlite_resident.site.settings, program="sample"))
    assert any("2023-12-28" in record.getMessage() for record in caplog.records), (
        "the last staffed day"
    )
