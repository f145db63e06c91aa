"""Sending a form with a scan, as somebody does who looks at it before it is stored."""

import html
import re
from collections.abc import Mapping
from typing import Any

import httpx

from tests.support.resident import Visitor

FIELD = re.compile(
    r'name="(?P<name>\w+\.(?:draft|pages|page|seen|corner|marks))" value="(?P<value>[^"]*)"'
)


def waiting_fields(page: str) -> dict[str, str]:
    """The hidden fields of a scan that waits to be looked at."""
    return {found["name"]: html.unescape(found["value"]) for found in FIELD.finditer(page)}


def looked_at(page: str, form: Mapping[str, str]) -> dict[str, str]:
    """The form with the answer that no number is on it that may not be kept."""
    waiting = waiting_fields(page)
    name = next(iter(waiting)).partition(".")[0]
    pages = waiting[f"{name}.pages"]
    return dict(form) | waiting | {f"{name}.seen": pages, f"{name}.numbers": "none"}


def post_looked_at(
    visitor: Visitor, path: str, form: Mapping[str, str], files: Mapping[str, Any]
) -> httpx.Response:
    """Send a form with a scan, then say that no number is on it that may not be kept."""
    shown = visitor.post(path, dict(form), files=files)
    if shown.status_code != 422 or not waiting_fields(shown.text):
        return shown
    return visitor.post(path, looked_at(shown.text, form), files=NO_FILE)


NO_FILE = {"nothing": ("", b"", "application/octet-stream")}
"""Makes the client send a form as multipart, as browsers do where nothing is chosen."""
