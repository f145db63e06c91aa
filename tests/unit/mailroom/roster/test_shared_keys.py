"""The rows of an extract that share a key are found, all of them and no others."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.mailroom.roster.checks.shared_keys import SharedKeys

# few enough that many are equal, from both ends of 64 bits, and alike in their last bits
KEYS = st.sampled_from([0, 1, -1, 255, 256, 512, -256, 2**63 - 1, -(2**63)])


@given(st.lists(KEYS))
def test_every_row_stands_with_those_of_its_key(keys: list[int]) -> None:
    kept, expected = SharedKeys(), defaultdict(list)
    for row, key in enumerate(keys):
        kept.add(key, row)
        expected[key].append(row)
    found = sorted(kept.groups())
    assert found == sorted(rows for rows in expected.values() if len(rows) > 1)


def test_what_was_told_is_forgotten() -> None:
    kept = SharedKeys()
    for row in range(2):
        kept.add(7, row)
    assert list(kept.groups()) == [[0, 1]]
    assert not list(kept.groups())
