"""Template data that every kind of letter needs: the window's address block, and ruby texts."""

import base64

from portal.domain.foundation.counters import read_numbers
from portal.domain.foundation.program.braille import cells
from portal.domain.foundation.program.schema import LetterLayout
from portal.domain.foundation.texts import RUBY
from portal.domain.letters.letters.drawing.address_block import (
    barcode_points,
    image_size,
    window_block,
)
from portal.domain.letters.letters.drawing.barcode import customer_path
from portal.domain.letters.letters.drawing.code128 import bars_path, code128_widths
from portal.domain.letters.letters.drawing.content import LetterContent
from portal.domain.letters.letters.drawing.fonts import family_for
from portal.domain.letters.letters.drawing.frame import LetterFrame
from portal.domain.letters.letters.drawing.typesetting import TypstData

SHEET_WIDTH_MM = 210
MARGIN_MM = 20
# what lies below and beside the window stays out of sight although the sheet moves in its envelope
GUARD_MM = 9

Piece = str | list[str]


def layout_data(layout: LetterLayout) -> dict[str, float]:
    """Return the block's position on the sheet and the room below and beside it (mm)."""
    right_of_window = layout.window_left_mm + layout.window_width_mm + GUARD_MM
    return {
        "x": layout.window_left_mm + layout.padding_mm + layout.shift_x_mm,
        "y": layout.window_top_mm + layout.padding_mm + layout.shift_y_mm,
        "width": layout.window_width_mm - 2 * layout.padding_mm,
        "height": layout.window_height_mm - 2 * layout.padding_mm,
        "bar-points": barcode_points(layout),
        "below": layout.window_top_mm + layout.window_height_mm + GUARD_MM,
        "side": SHEET_WIDTH_MM - MARGIN_MM - right_of_window,
    }


def window_data(content: LetterContent, frame: LetterFrame) -> TypstData:
    """Return number, address and name of a letter as the templates' ``window-block`` takes them.

    Raises:
        InputError: an address that no size fits.
    """
    block = window_block(content, frame.layout)
    widths = code128_widths(content.letter_number)
    bars = content.customer_bars if frame.layout.customer_barcode else None
    return {
        "number": content.letter_number,
        "number-bars": bars_path(widths, 1) if frame.layout.letter_number_in_window else None,
        "number-units": sum(widths),
        "customer-bars": customer_path(bars) if bars else None,
        "postal": f"〒{content.postal_code[:3]}-{content.postal_code[3:]}"
        if content.postal_code
        else "",
        "mark": "転送不要" if frame.do_not_forward and content.postal_code else None,
        "address": block.address,
        "address-points": block.address_points,
        "name": block.name if content.addressee or content.addressee_image else (),
        "name-image": _name_image(content, frame, block.name_points),
        "name-points": block.name_points,
        "family": family_for(content.addressee, frame.fonts),
    }


def _name_image(content: LetterContent, frame: LetterFrame, name_points: float) -> TypstData | None:
    if content.addressee_image is None:
        return None
    width, height = image_size(content.addressee_image, name_points, frame.layout)
    # the compiler accepts text files only, so the picture is embedded in a drawing
    picture = base64.b64encode(content.addressee_image).decode()
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{picture}"/></svg>'
    )
    return {"svg": svg, "width": width, "height": height}


def pieces(text: str) -> list[Piece]:
    """Split a text at its readings: 'あの{子|こ}' gives ['あの', ['子', 'こ']]."""
    text = read_numbers(text)
    found: list[Piece] = []
    end = 0
    for match in RUBY.finditer(text):
        if match.start() > end:
            found.append(text[end : match.start()])
        found.append([match[1], match[2]])
        end = match.end()
    if end < len(text):
        found.append(text[end:])
    return found


def pair(text: str) -> dict[str, list[Piece]]:
    """Return the pieces of a text's first line, its heading, and those of the rest."""
    heading, _, body = text.partition("\n")
    return {"heading": pieces(heading), "body": pieces(body)}


def braille_data(frame: LetterFrame) -> TypstData | None:
    """Return the envelope's line of braille: kana, and the dots of each cell; None without one."""
    found = cells(frame.braille) if frame.braille else None
    return {"text": frame.braille, "cells": found} if found else None
