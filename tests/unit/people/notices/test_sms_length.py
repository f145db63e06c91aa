"""Every SMS fits one message in every language, with a long host name; else a check says so."""

import re
from dataclasses import replace

import pytest

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import use_locale
from portal.domain.people.authn.channels import CodePurpose
from portal.domain.people.notices.events import AccountEvent, ProgressEvent
from portal.domain.people.notices.sms_check import sms_findings
from portal.domain.people.notices.sms_length import measure, measured
from tests.support.sources import ROOT

LONG_HOST = "kosodate-coupon.city.koto.lg.jp"


@pytest.fixture(scope="module", params=["demo", "sample"])
def program(request: pytest.FixtureRequest) -> Program:
    program = load_program(request.param)
    return replace(program, channels=replace(program.channels, sms=True))


def with_sender(program: Program, sender: str) -> Program:
    names = LocalText.from_mapping(dict.fromkeys(RESIDENT_LOCALES, sender))
    return replace(program, names=replace(program.names, sms=names))


@pytest.mark.parametrize(
    ("text", "measure_"),
    [
        ("番号 123456", (9, 70)),
        ("code 123456\n@a.jp #123456", (26, 160)),
        ("番号\n@a.jp", (9, 70)),
        ("{}", (4, 160)),
        ("𠮷", (2, 70)),
    ],
    ids=["kanji", "GSM with a break", "a break counts twice", "escaped", "a surrogate pair"],
)
def test_a_text_is_measured_as_carriers_do(text: str, measure_: tuple[int, int]) -> None:
    assert measure(text) == measure_


def test_every_sms_fits_with_a_long_host_in_every_language(program: Program) -> None:
    found = list(measured(program, LONG_HOST))
    assert {one.locale for one in found} == set(RESIDENT_LOCALES)
    assert len(found) == 6 * (len(CodePurpose) + len(AccountEvent) + len(ProgressEvent))
    assert [one for one in found if one.excess] == []
    japanese = [one for one in found if one.locale != "en"]
    assert {one.limit for one in japanese} == {70}


def test_the_guide_says_how_long_a_host_may_be_that_fits() -> None:
    guide = (ROOT / ".github" / "guides" / "sms-gateway.md").read_text("utf-8")
    told = re.search(r"four letters a host name may have (\d+) characters", guide)
    assert told is not None
    program = load_program("demo")
    assert len(program.names.sms.ja) == 4
    for length, fits in ((int(told[1]), True), (int(told[1]) + 1, False)):
        host = f"{'a' * (length - 3)}.jp"
        assert (not any(one.excess for one in measured(program, host))) is fits


def test_a_check_names_language_key_and_excess(program: Program) -> None:
    long = with_sender(program, "汐風区子育て応援")
    with use_locale("ja"):
        findings = list(sms_findings(long, f"https://{LONG_HOST}"))
    assert findings
    assert {finding.code for finding in findings} == {"sms_long"}
    sentences = "\n".join(finding.sentence for finding in findings)
    assert "ko の code.enroll が" in sentences
    assert "[names.sms]" in sentences


def test_the_longer_of_letters_host_and_sites_host_counts(program: Program) -> None:
    named = replace(program, resident_url=f"https://very-long-name.{LONG_HOST}")
    assert list(sms_findings(named, "https://a.jp"))
    assert list(sms_findings(replace(named, resident_url=""), "https://a.jp")) == []


def test_a_program_without_sms_is_not_measured(program: Program) -> None:
    silent = replace(program, channels=replace(program.channels, sms=False))
    assert list(sms_findings(with_sender(silent, "長" * 60), f"https://{LONG_HOST}")) == []
