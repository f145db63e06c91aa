"""The setting of the telephone system's keys: names and long secrets, or a refusal."""

import pytest

from portal.domain.contacts.floor.signing import read_keys
from portal.domain.foundation.errors import InputError
from portal.settings import load_settings

LONG = "s" * 32


def test_two_keys_stand_beside_each_other_while_one_is_exchanged() -> None:
    settings = load_settings({"PORTAL_TELEPHONE_KEYS": f"pbx-1:{LONG} pbx-2:{LONG}:x"})
    assert settings.telephone_keys == {"pbx-1": LONG, "pbx-2": f"{LONG}:x"}
    assert LONG not in repr(settings)
    assert load_settings({}).telephone_keys == {}


@pytest.mark.parametrize(
    "words",
    [["pbx"], [f":{LONG}"], ["pbx:short"], [f"PBX:{LONG}"], [f"pbx:{LONG}", f"pbx:{LONG}x"]],
    ids=str,
)
def test_a_setting_by_which_anybody_could_sign_is_refused(words: list[str]) -> None:
    with pytest.raises(InputError) as refused:
        read_keys(words)
    assert LONG not in str(refused.value)
