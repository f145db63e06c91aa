"""The files of the guide ``sms-gateway.md`` are read as they stand there."""

import re
import tomllib
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from portal.domain.foundation.program.checks.program import check_program
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.toml.sections import PLACEHOLDER
from portal.platform.senders.gateway_file import (
    IN_FIELDS,
    AnswerPlan,
    AwsPlan,
    CallbackPlan,
    HttpPlan,
    TwilioPlan,
    read_gateway_file,
)
from tests.support.outside import program_with
from tests.support.sources import ROOT

GUIDE = (ROOT / ".github" / "guides" / "sms-gateway.md").read_text("utf-8")
RECORD, HTTP, TWILIO, AWS = re.findall(r"^```toml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("text", "kind"), [(HTTP, HttpPlan), (TWILIO, TwilioPlan), (AWS, AwsPlan)])
def test_a_gateway_file_of_the_guide_is_read(tmp_path: Path, text: str, kind: type) -> None:
    path = tmp_path / "sms.toml"
    path.write_text(text, "utf-8")
    assert isinstance(read_gateway_file(path), kind)


def test_the_file_of_any_dialect_shows_every_key_and_every_placeholder() -> None:
    shown = tomllib.loads(HTTP)
    assert set(shown) == {"adapter"} | {one.name for one in fields(HttpPlan)}
    for name, plan in (("answer", AnswerPlan), ("callback", CallbackPlan)):
        assert set(shown[name]) == {one.name for one in fields(plan)}
    assert set(PLACEHOLDER.findall(HTTP)) == IN_FIELDS


def test_the_record_of_the_guide_names_all_that_a_gateway_gets(tmp_path: Path) -> None:
    program = load_program(program_with(tmp_path, RECORD, sms=True), today=date(2023, 5, 10))
    assert [one for one in check_program(program) if one.code.startswith("outside")] == []
