"""The guide ``telephone-system.md`` is played as it stands there."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from portal.domain.foundation.program.checks.program import check_program
from portal.domain.foundation.program.loader import load_program
from tests.functional.contacts.floor.support import Exchange
from tests.support.outside import program_with
from tests.support.resident import Resident
from tests.support.sources import ROOT

GUIDE = (ROOT / ".github" / "guides" / "telephone-system.md").read_text("utf-8")
SECRET = re.findall(r"secret of the example is `([^`]+)`", GUIDE)[0]


def block(language: str) -> str:
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_event_of_the_guide_is_taken_in(resident: Resident) -> None:
    head, body = block("http").rstrip("\n").split("\n\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    exchange = Exchange(resident, secret=SECRET)
    resident.clock.instant = datetime.fromtimestamp(int(headers["X-Telephone-Time"]), UTC)
    assert exchange.post(body.encode(), headers).status_code == 204
    [call] = exchange.calls()
    assert (call.state, call.extension) == ("ringing", "103")
    assert call.sealed is not None


def test_the_python_of_the_guide_signs_the_call_of_the_guide(resident: Resident) -> None:
    names: dict[str, Any] = {}
    exec(block("python"), names)
    headers: Callable[..., dict[str, str]] = names["headers"]
    exchange = Exchange(resident)
    for number, line in enumerate(block("json").splitlines()):
        now = resident.now.timestamp()
        signed = headers("pbx-2023", SECRET, f"418-{number}", line.encode(), now)
        assert exchange.post(line.encode(), signed).status_code == 204, line
    [call] = exchange.calls()
    assert call.state == "ended"
    assert call.answered_at is not None
    assert (call.answered_at - call.arrived_at).total_seconds() == 17


def test_the_record_of_the_guide_names_all_that_the_telephone_system_handles(
    tmp_path: Path,
) -> None:
    program = load_program(program_with(tmp_path, block("toml")), today=date(2023, 5, 10))
    assert [one for one in check_program(program) if one.code.startswith("outside")] == []


def test_the_guide_names_every_answer_that_there_is() -> None:
    rows = re.findall(r"^\| (\d{3}[^|]*) \|", GUIDE, re.MULTILINE)
    assert set(re.findall(r"\d{3}", " ".join(rows))) == {
        "204",
        "403",
        "404",
        "408",
        "413",
        "409",
        "422",
        "429",
        "503",
    }
