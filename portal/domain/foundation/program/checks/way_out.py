"""Contradictions in what people in danger are told: numbers and ways that do not help."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from portal.domain.foundation.program.checks.findings import Finding, error_of, warning_of
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s

NATIONAL = "#8008"
"""Leads to the nearest center for victims of violence by a spouse, from any telephone in Japan."""


def check_way_out(program: Program) -> Iterator[Finding]:
    """Report a counter that is the call center, a way out that leads to us, and missing numbers."""
    way_out = program.way_out
    if way_out.counter.telephone in {program.contact.telephone, program.contact.fax}:
        yield error_of(
            "way_out_call_center",
            _s(
                "[way_out.counter] の電話がコールセンターの番号です。コールセンターは、"
                "保護されている家族を扱えません。区の窓口の番号を書いてください。"
            ),
        )
    if way_out.leave_host == urlsplit(program.resident_url).hostname:
        yield error_of(
            "way_out_leads_to_us",
            _s(
                "[way_out] の leave_to が、このサイトの住所です。"
                "天気予報など、関係のないページを書いてください。"
            ),
        )
    if not any(line.always for line in way_out.lines):
        yield warning_of(
            "way_out_closed_at_night",
            _s(
                "[[way_out.lines]] に、夜も休日もつながる番号がありません。"
                "110 などを、always = true として書いてください。"
            ),
        )
    if NATIONAL not in {line.telephone for line in way_out.lines}:
        yield warning_of(
            "way_out_without_national",
            _s("[[way_out.lines]] に #8008 がありません。なくてよいか、区に確かめてください。"),
        )
