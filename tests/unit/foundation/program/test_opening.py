"""What comes outside its window is refused, naming the first or last usable day."""

from datetime import date, timedelta

import pytest

from portal.domain.foundation.errors import TooEarlyError, TooLateError
from portal.domain.foundation.program.deadlines import Window, WindowKind
from portal.domain.foundation.program.opening import (
    closed_text,
    require_open,
    require_open_for_staff,
    staff_closed_text,
)

LAST = timedelta(microseconds=1)


@pytest.mark.parametrize("kind", WindowKind)
def test_a_window_refuses_before_and_after_and_says_the_day_that_counts(kind: WindowKind) -> None:
    window = Window(kind, date(2023, 7, 3), date(2023, 12, 1))
    for now in (window.starts_at, window.ends_at - LAST):
        require_open(window, now)
        require_open_for_staff(window, now)
        assert closed_text(window, now) == staff_closed_text(window, now) == ""
    with pytest.raises(TooEarlyError, match="2023年7月3日"):
        require_open(window, window.starts_at - LAST)
    with pytest.raises(TooLateError, match="2023年12月1日"):
        require_open(window, window.ends_at)
    with pytest.raises(TooEarlyError, match="2023-07-03"):
        require_open_for_staff(window, window.starts_at - LAST)
    with pytest.raises(TooLateError, match="2023-12-01"):
        require_open_for_staff(window, window.ends_at)
