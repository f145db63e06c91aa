"""Many families have one address: a mobile network, a school, a clinic (``security.md`` A22)."""

from portal.domain.people.tasks.models import Task
from tests.functional.resident.test_call_backs import WISH
from tests.support.resident import Resident


def test_many_families_behind_one_address_all_get_their_receipt(resident: Resident) -> None:
    """A22: on the last day a mobile network has one address for half the ward."""
    visitor = resident.visitor()
    visitor.get("/lost/ask")

    def ask(family: int) -> int:
        told = {"name": f"架空　{family}", "form_key": f"family-{family}"}
        return visitor.post("/lost/submit", WISH | told).status_code

    assert [ask(family) for family in range(60)] == [303] * 60
    assert resident.count(Task) == 60
    shut = visitor.post("/lost/submit", WISH | {"name": "架空　六十", "form_key": "family-60"})
    assert shut.status_code == 429
    assert "コールセンターにお電話ください" in shut.text
    elsewhere = resident.visitor("198.51.100.20")
    elsewhere.get("/lost/ask")
    assert elsewhere.post("/lost/submit", WISH | {"form_key": "other"}).status_code == 303
