"""Faults of the voice code and of the braille line, before anything is printed with them."""

import struct
from collections.abc import Iterator
from pathlib import Path

from portal.domain.foundation.program.braille import cells
from portal.domain.foundation.program.checks.findings import Finding, error_of
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s

PNG = b"\x89PNG\r\n\x1a\n"
FEWEST_PIXELS = 424
"""18 mm at 600 dots an inch, as the makers of the code ask for."""
MOST_CELLS = 34
"""What stands in one line on a letter's envelope (長形3号), 6 mm a cell."""


def check_touch(program: Program) -> Iterator[Finding]:
    """Report a voice code that cannot be printed, and a line that is no braille or too long."""
    code, line = program.touch.voice_code, program.touch.braille
    if code is not None and not _is_square_png(code):
        yield error_of(
            "voice_code",
            _s(
                "音声コードの画像 %(path)s を印刷できません。縦と横が同じで、"
                "%(pixels)d画素以上のPNGを置いてください。"
            )
            % {"path": code.name, "pixels": FEWEST_PIXELS},
        )
    if line and (found := cells(line)) is None:
        yield error_of(
            "braille",
            _s("[touch] の braille は、かなと数字と空白だけで書いてください（読みのとおり）。"),
        )
    elif line and len(found or ()) > MOST_CELLS:
        yield error_of(
            "braille_too_long",
            _s("点字が%(cells)dマスあります。封筒の1行は%(most)dマスまでです。")
            % {"cells": len(found or ()), "most": MOST_CELLS},
        )


def _is_square_png(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(24)
    except OSError:
        return False
    if len(head) < 24 or not head.startswith(PNG):
        return False
    width, height = struct.unpack(">II", head[16:24])
    return bool(width == height and width >= FEWEST_PIXELS)
