"""After a disposal both sites answer every address with one page, in its readers' languages."""

from pathlib import Path

import pytest

from portal.domain.foundation.languages import LANGUAGES
from portal.domain.foundation.program.loader import load_program
from portal.platform.closed_site import closed_site
from portal.settings import Settings
from tests.support.resident import Loop, Visitor


@pytest.mark.parametrize("kind", ["resident", "staff"])
def test_a_closed_site_says_that_it_is_over_and_nothing_about_anybody(
    kind: str, tmp_path: Path
) -> None:
    settings = Settings(program="sample", data_dir=tmp_path, environment="test")
    loop = Loop()
    try:
        visitor = Visitor(closed_site(settings, kind), loop, "203.0.113.9")
        page = visitor.get("/account?id=1234567890")
        assert page.status_code == 410
        assert load_program("sample").names.program.ja in page.text
        assert "1234567890" not in page.text
        assert "set-cookie" not in page.headers
        assert "<script" not in page.text
        assert "廃棄し" in page.text
        assert "ended" in page.text or "over" in page.text
        if kind == "resident":
            assert all(f'lang="{language.html_lang}"' in page.text for language in LANGUAGES)
            assert "{" not in page.text
        assert page.headers["content-security-policy"]
        assert visitor.get("/readyz").text == "ok disposed\n"
    finally:
        loop.close()
