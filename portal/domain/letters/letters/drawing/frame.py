"""The part that all letters of a run share: sender, dates, texts and layout."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.program.schema import Forwarding, LetterLayout, Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.wareki import format_wareki
from portal.domain.letters.letters.drawing.address_block import check_layout
from portal.domain.letters.letters.drawing.texts import LetterTexts, program_values

READING = "/letter"
"""The page with the letter's text, which its back names."""
WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class LetterFrame:
    """The part that all letters of a run share; ``timestamp`` dates the PDF (seconds, UTC)."""

    layout: LetterLayout
    texts: LetterTexts = field(hash=False)
    values: Mapping[str, LocalText] = field(hash=False)
    ward: str
    mayor: str
    notice_date: str
    timestamp: int
    return_address: tuple[str, ...]
    do_not_forward: bool
    plain_url: str
    reading_url: str
    """Opens the page with the letter's text."""
    languages: tuple[str, ...] = RESIDENT_LOCALES
    fonts: tuple[Path, ...] = ()
    voice_code: bytes = b""
    """The PNG of the ward's voice code; empty for none."""
    braille: str = ""
    """The line that the envelope has in braille, in kana; "" for none."""
    is_specimen: bool = False
    """Whether each letter is marked as a specimen without a valid ID."""

    @property
    def day(self) -> tuple[int, int, int]:
        """The date of the PDF: year, month and day."""
        day = datetime.fromtimestamp(self.timestamp, tz=UTC)
        return day.year, day.month, day.day


def letter_frame(
    program: Program,
    texts: LetterTexts,
    *,
    notice_date: date,
    resident_url: str,
    fonts: tuple[Path, ...] = (),
) -> LetterFrame:
    """Return the shared part of all letters dated ``notice_date``.

    ``resident_url`` opens the resident site; ``fonts`` are the ward's own font files for names
    that Noto lacks.

    Raises:
        InputError: the window is too small for an address with its barcode, or ``resident_url`` is
            empty.
    """
    check_layout(program.letter)
    _require_url(resident_url)
    plain_url = format_url(resident_url)
    values = program_values(program, plain_url, notice_date)
    return LetterFrame(
        layout=program.letter,
        texts=texts.filled(values),
        values=values,
        ward=program.names.ward.ja,
        mayor=program.names.mayor.ja,
        notice_date=f"{format_wareki(notice_date)}（{WEEKDAYS[notice_date.weekday()]}）",
        timestamp=(notice_date - date(1970, 1, 1)).days * 86_400,
        return_address=program.contact.return_address.printed_lines,
        do_not_forward=program.forwarding is Forwarding.DO_NOT_FORWARD,
        plain_url=plain_url,
        reading_url=f"{resident_url.rstrip('/')}{READING}",
        languages=program.languages,
        voice_code=_read(program.touch.voice_code),
        braille=program.touch.braille,
        fonts=fonts,
    )


def _read(image: Path | None) -> bytes:
    try:
        return image.read_bytes() if image is not None else b""
    except OSError as error:
        raise InputError(
            _s("音声コードの画像 %(path)s を読めません。portal program check で確かめてください。")
            % {"path": image.name if image is not None else ""},
            code="voice_code",
        ) from error


def _require_url(resident_url: str) -> None:
    if not resident_url:
        raise InputError(
            _s(
                "手紙に印刷する住民サイトの URL がありません。設定に書いてから、"
                "もう一度実行してください。"
            ),
            code="url_missing",
        )


def format_url(url: str) -> str:
    """Return a URL as people type it, without https:// and the trailing slash."""
    return url.split("://", 1)[-1].rstrip("/")
