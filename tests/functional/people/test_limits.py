"""A limit takes as many tries as were agreed, and not one more."""

import pytest

from portal.domain.people.authn import throttles
from portal.domain.people.authn.throttles import Limit
from portal.platform.database import Database
from tests.support.coupons import NOW


@pytest.mark.parametrize(
    ("limit", "agreed"),
    [
        (throttles.KNOWN_DEVICE, 10),
        (throttles.BACKUP_CODES, 10),
        (throttles.NETWORK, 60),
        (throttles.WIDE_NETWORK, 300),
        (throttles.SEND_GAP, 1),
        (throttles.SEND_HOUR, 5),
        (throttles.SEND_DAY, 10),
        (throttles.LOST_FORM, 3),
        (throttles.REDELIVERY_FORM, 3),
        (throttles.FORMS_OF_NETWORK, 60),
        (throttles.LOSS_REPORTS, 3),
        (throttles.LOSS_CODES, 3),
        (throttles.LOSS_BY_APP, 5),
        (throttles.STAFF_SEARCH, 200),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_next_try_waits_for_the_next_window(
    sqlite_database: Database, limit: Limit, agreed: int
) -> None:
    with sqlite_database.write() as session:
        answers = [throttles.count_try(session, limit.of("key"), NOW) for _ in range(agreed + 1)]
    assert all(answer.allowed for answer in answers[:-1])
    assert not answers[-1].allowed
    assert answers[-1].retry_at is not None
    with sqlite_database.write() as session:
        assert throttles.count_try(session, limit.of("key"), answers[-1].retry_at).allowed
