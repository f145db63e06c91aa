"""The accessibility page says what was tried, by whom and when."""

from portal.web.information.criteria import CRITERIA
from portal.web.information.statement import last_audit
from tests.support.resident import Resident


def test_the_accessibility_page_names_gaps_and_claims_no_more_than_was_tried(
    sqlite_resident: Resident,
) -> None:
    audit = last_audit()
    page = sqlite_resident.visitor().get("/accessibility").text
    for said in ("WCAG 2.2 AA", "JIS X 8341-3:2016 AA", "まだできていないこと", "PDF/UA-1"):
        assert said in page
    assert "発行会社のサイトは含みません" in page
    assert "までに、お返事します" in page
    assert all(f"{one.number} {one.words()}" in page for one in CRITERIA)
    if audit is None or not audit.persons:
        assert "準拠" not in page
        assert "配慮（人による試験は、これからです）" in page
    assert (f"版 {audit.version}" in page) if audit else ("この版の結果は、まだありません" in page)
