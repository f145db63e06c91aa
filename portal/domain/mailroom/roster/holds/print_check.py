"""Check that a proposed print text is printable and its image is a small PNG."""

import io

from PIL import Image, UnidentifiedImageError

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.letters.letters.drawing.fonts import missing_characters
from portal.domain.mailroom.roster.checks import characters
from portal.domain.people.households.print_texts import PrintFields
from portal.domain.people.households.queries import HouseholdView

TEXT_MAX = 100
IMAGE_MAX_BYTES = 200_000
IMAGE_MAX_PIXELS = 4_000
IMAGE = "image"
"""The code of an error about the image."""


def check_print_fields(view: HouseholdView, fields: PrintFields) -> None:
    """Check a print text against its household.

    Raises:
        InputError: a text is too long, a character is still unprintable, a child does not exist, or
            the image is no complete PNG of at most 200 kB (code ``image``).
    """
    texts = (fields.name, fields.town, fields.street, fields.building, *fields.children.values())
    if any(len(text) > TEXT_MAX for text in texts):
        raise InputError(_s("印字用の文字は、それぞれ100文字までにしてください。"))
    if set(fields.children) - {child.ordinal for child in view.children}:
        raise InputError(_s("この世帯にいないこどもの番号があります。"))
    if fields.image is not None:
        _check_image(fields.image)
    printed = fields.applied_to(view.fields)
    places = [printed.town, printed.street, printed.building]
    names = [fields.children.get(child.ordinal) or child.fields.name for child in view.children]
    if fields.image is None:
        names.append(printed.name)
    for text, marks in (
        *((name, characters.GAIJI_IN_NAME) for name in names),
        *((place, characters.GAIJI) for place in places),
    ):
        wrong = missing_characters(text)
        if wrong or marks.search(text):
            code = wrong[0].code if wrong else "〓"
            raise InputError(
                _s(
                    "まだ印刷できない文字（%(code)s）が残っています。"
                    "その名前か住所の印字用の文字を入力してください。"
                )
                % {"code": code}
            )


def _check_image(data: bytes) -> None:
    fault = InputError(
        _s("画像は、200キロバイト以下、縦と横がそれぞれ4000ピクセル以下のPNGにしてください。"),
        code=IMAGE,
    )
    if len(data) > IMAGE_MAX_BYTES:
        raise fault
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if max(image.size) > IMAGE_MAX_PIXELS:
                raise fault
            image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise fault from None
