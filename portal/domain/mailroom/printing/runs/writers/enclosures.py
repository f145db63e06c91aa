"""Enclosures of letters: blank forms, drawn once for all, and a reply envelope."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.schema import (
    ALTERNATIVE_FORM,
    DECLINE_FORM,
    REPLY_ENVELOPE,
    Program,
)
from portal.domain.foundation.texts import _, use_locale
from portal.domain.mailroom.printing.runs.pipeline.files import back_file, large_text_file
from portal.domain.requests.alternatives.form import alternative_form_pdf
from portal.domain.requests.declines.form import decline_form_pdf
from portal.domain.requests.requests.reply_envelope import reply_envelope_pdf


class Form(Protocol):
    """Draws a blank form."""

    def __call__(self, program: Program, now: datetime, *, large: bool = False) -> bytes:
        """Return it as PDF; with ``large`` in large print."""


FORMS: Mapping[str, Form] = {
    ALTERNATIVE_FORM: alternative_form_pdf,
    DECLINE_FORM: decline_form_pdf,
    REPLY_ENVELOPE: reply_envelope_pdf,
}


def enclosure_file(run_id: int, name: str) -> str:
    """Return the file name of a form that is enclosed in every envelope of a run."""
    return f"enclosure-{run_id:03}-{name}.pdf"


def large_form_file(run_id: int, name: str) -> str:
    """Return the file name of a form in large print, for envelopes with large letters."""
    return f"enclosure-{run_id:03}-{name}-large.pdf"


def shared_names(run_id: int, enclosed: Sequence[str], large: Sequence[str]) -> list[str]:
    """Return the files that the letters of a run share: the back, the forms, and large print.

    ``large`` are the languages of its letters in large print.
    """
    forms = [name for name in enclosed if name in FORMS]
    names = [back_file(run_id), *(enclosure_file(run_id, name) for name in forms)]
    if large:
        names += [large_form_file(run_id, name) for name in forms if name != REPLY_ENVELOPE]
    return [*names, *(large_text_file(run_id, locale) for locale in large)]


def draw_enclosures(
    program: Program, names: Collection[str], now: datetime, *, large: bool = False
) -> dict[str, bytes]:
    """Return the forms among the enclosures as PDF, by name; with ``large`` in large print.

    They contain no personal data and no numbers.

    Raises:
        BusyError: too many documents are being drawn.
    """
    with use_locale(SOURCE_LOCALE):
        return {
            name: FORMS[name](program, now, large=large)
            for name in names
            if name in FORMS and not (large and name == REPLY_ENVELOPE)
        }


def enclosure_name(name: str) -> str:
    """Return the name of an enclosure in the reader's language."""
    known = {
        ALTERNATIVE_FORM: _("代替品申出書"),
        DECLINE_FORM: _("辞退届"),
        REPLY_ENVELOPE: _("返信用封筒"),
    }
    return known.get(name, name)


def printed_names(names: Sequence[str], locale: str = SOURCE_LOCALE) -> tuple[str, ...]:
    """Return the names of the enclosures as they are printed on a letter in a language."""
    with use_locale(locale):
        return tuple(enclosure_name(name) for name in names)
