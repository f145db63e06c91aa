"""All ledgers of an export."""

from portal.domain.oversight.export.ledgers import (
    contacts,
    households,
    incidents,
    letters,
    mail,
    records,
    requests,
    staff,
)
from portal.domain.oversight.export.scope import Ledger

ALL_LEDGERS: tuple[Ledger, ...] = (
    *households.LEDGERS,
    *letters.LEDGERS,
    *mail.LEDGERS,
    *requests.LEDGERS,
    *incidents.LEDGERS,
    *contacts.LEDGERS,
    *records.LEDGERS,
    *staff.LEDGERS,
)
