"""Checks the files that a program names for ``portal program check``: letters, layouts, issuers."""

from collections.abc import Callable, Iterator

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.checks.findings import (
    Finding,
    error_of,
    refuse_errors,
    warning_of,
)
from portal.domain.foundation.program.checks.program import check_program
from portal.domain.foundation.program.schema import Program
from portal.domain.letters.letters.drawing.address_block import check_layout
from portal.domain.letters.letters.drawing.texts import ADVANCE_REQUIRED, load_texts
from portal.domain.mailroom.printing.cards.fitting import card_findings
from portal.domain.mailroom.printing.runs.fitting import letter_findings
from portal.domain.mailroom.roster.files.layout import load_layout
from portal.domain.people.coupons.issuer_file import load_issuer, shipped_issuers
from portal.domain.people.coupons.issuer_use import use_findings


def file_findings(program: Program) -> list[Finding]:
    """Return the faults of the letter texts, the letter's window, the layouts and the issuers.

    Files that are not there at all are found by ``check_program``.
    """
    found: list[Finding] = []
    if program.letter_texts_file.is_file():
        found += _refusals("letter_texts", lambda: load_texts(program.letter_texts_file))
    if (advance := program.advance) is not None and advance.texts_file.is_file():
        found += _refusals(
            "advance_texts", lambda: load_texts(advance.texts_file, ADVANCE_REQUIRED)
        )
    found += _refusals("letter_window", lambda: check_layout(program.letter))
    if not found:
        found += [*letter_findings(program), *card_findings(program)]
    for path in sorted(program.layouts_dir.glob("*.toml")):
        found += _refusals("layout_file", lambda path=path: load_layout(path))  # type: ignore[misc]
    for name in shipped_issuers(program.issuers_dir):
        found += _issuer_findings(program, name)
    return found


def require_sound(program: Program, *, files: bool = False) -> None:
    """Refuse a program that contradicts itself; ``files`` also checks its letters and layouts.

    Raises:
        InputError: the contradictions, one sentence each.
    """
    refuse_errors([*check_program(program), *(file_findings(program) if files else [])])


def _issuer_findings(program: Program, name: str) -> Iterator[Finding]:
    try:
        profile = load_issuer(name, program.issuers_dir)
    except InputError as error:
        yield error_of("issuer_file", error.message)
        return
    yield from use_findings(program.issuer.use, profile)
    if (sentence := profile.density_finding()) is not None:
        yield warning_of("qr_dense", sentence)


def _refusals(code: str, read: Callable[[], object]) -> Iterator[Finding]:
    try:
        read()
    except InputError as error:
        yield error_of(code, error.message)
