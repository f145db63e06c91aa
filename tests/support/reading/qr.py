"""Reads QR codes and bar codes out of pictures, as a scanner does."""

from io import BytesIO

import zxingcpp
from PIL import Image


def decode(image: Image.Image) -> list[str]:
    """Texts of all codes in a picture.

    Inverted (light on dark) codes are not read, as many scanners cannot.
    """
    return [code.text for code in zxingcpp.read_barcodes(image, try_invert=False)]


def decode_png(png: bytes) -> list[str]:
    """Texts of all codes in a PNG, for example a screenshot."""
    with Image.open(BytesIO(png)) as image:
        return decode(image.convert("RGB"))
