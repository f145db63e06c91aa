"""Which function carries out which kind of daily work: those that the commands call.

A worker that is killed leaves its task to another. So what is one transaction ends its task in it;
what is longer goes on where it stopped, or recognizes what the first worker had done.
"""

from collections.abc import Callable, Mapping

from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.oversight.daily import codes, extracts, handing_over, printing, shops, tracking
from portal.domain.oversight.daily.machine import Done, Errand

CARRY: Mapping[BegunKind, Callable[[Errand], Done]] = {
    BegunKind.EXTRACT_CHECK: extracts.check_extract,
    BegunKind.EXTRACT_IMPORT: extracts.import_extract,
    BegunKind.EXTRACT_APPLY: extracts.apply_import,
    BegunKind.CODES_LOAD: codes.load_codes,
    BegunKind.CODES_ASSIGN: codes.assign_codes,
    BegunKind.SHOPS_LOAD: shops.load_shops,
    BegunKind.LEFT_OVER_CODES: codes.list_left_over,
    BegunKind.LETTERS_BUILD: printing.build_with_ids,
    BegunKind.ADVANCE_BUILD: printing.build_advance,
    BegunKind.TEST_POSTING: printing.build_specimens,
    BegunKind.CARDS_PRINT: printing.print_cards,
    BegunKind.EXPORT: handing_over.export,
    BegunKind.TRACKING_FILE: tracking.take_tracking,
}
