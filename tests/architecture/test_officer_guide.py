"""What the officer's guide quotes stands on the staff site in the same words."""

import re

from babel.messages.pofile import read_po

from tests.support.sources import ROOT

SAID = {"区におつなぎします"}
"""What staff say aloud; no page shows it."""


def test_every_quote_of_the_guide_stands_on_the_site() -> None:
    guide = (ROOT / ".github" / "guides" / "officer.md").read_text("utf-8")
    quoted = set(re.findall(r"「([^「」]+)」", guide)) - SAID
    with (ROOT / "locales" / "en" / "LC_MESSAGES" / "staff.po").open("rb") as file:
        catalog = read_po(file)
    texts = [
        text
        for message in catalog
        for text in ([message.id] if isinstance(message.id, str) else message.id)
    ]
    texts += [(ROOT / "locales" / "en" / "LC_MESSAGES" / "messages.po").read_text("utf-8")]
    site = "\n".join(texts)
    assert len(quoted) > 100
    assert sorted(quote for quote in quoted if quote not in site) == []
