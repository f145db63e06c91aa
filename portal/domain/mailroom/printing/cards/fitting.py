"""Check that every card of a program fits its page, for ``portal program check``."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.checks.findings import Finding, error_of
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.letters.letters.drawing.card import CardContent, Decision, render_cards
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.measuring import is_drawn
from portal.domain.letters.letters.drawing.texts import load_texts
from portal.domain.mailroom.printing.cards import decision_letters
from portal.domain.mailroom.printing.runs.fitting import frame_of, sample_letter
from portal.domain.people.notices.events import ProgressEvent

SAMPLE_RECEIPT = "CDFG-HJKL"


def card_findings(program: Program) -> list[Finding]:
    """Return the cards that do not fit, decision letters with as long a reason as is ever printed.

    Of their text only what the program sets can be changed by a ward.

    Raises:
        ProgramFileError: a file is incomplete.
    """
    if not program.letter_texts_file.is_file():  # another check reports it
        return []
    frame = frame_of(program, load_texts(program.letter_texts_file))
    sample = sample_letter(program, ())
    found: list[Finding] = []
    for size in ("", *frame.languages):
        sized = replace(sample, large=size)
        cards = {event: _card(frame, sized, event) for event in ProgressEvent}
        if is_drawn(partial(render_cards, list(cards.values()), frame)):
            continue
        found += [
            _too_long(event)
            for event, card in cards.items()
            if not is_drawn(partial(render_cards, [card], frame))
        ]
    return found


def _too_long(event: ProgressEvent) -> Finding:
    return error_of(
        "letter_too_long",
        _s(
            "カード「%(event)s」が、1枚に収まりません。区や事業の名前、サイトのURL、"
            "電話の受付時間や休みを短くしてください。"
        )
        % {"event": event.staff_words()},
    )


def _card(frame: LetterFrame, sample: LetterContent, event: ProgressEvent) -> CardContent:
    decision = {}
    if event in decision_letters.EVENTS:
        reason = "あ" * decision_letters.LONGEST_REPLY
        decision = {
            locale: Decision(event.label, event.label, (reason,) if locale == SOURCE_LOCALE else ())
            for locale in frame.languages
        }
    due = datetime.fromtimestamp(frame.timestamp, UTC).date()
    return CardContent(sample, event, SAMPLE_RECEIPT, due, decision)
