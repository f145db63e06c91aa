"""The registered sites of the call center, as a ward writes them."""

import pytest

from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.settings.workplaces import workplaces_at
from portal.domain.foundation.program.toml.files import ProgramFileError

from .conftest import WardFolder

BCP_NETWORK = '"198.51.100.0/25"'


def test_an_address_belongs_to_the_site_whose_network_holds_it(sample: Program) -> None:
    def at(address: str) -> list[str]:
        return [workplace.id for workplace in workplaces_at(sample.workplaces, address)]

    assert at("203.0.113.9") == ["main"]
    assert at("203.0.113.130") == ["office"]
    assert at("203.0.113.200") == ["ward"]
    assert at("203.0.114.9") == []
    assert at("198.51.100.127") == ["bcp"]
    assert at("2001:db8::1") == []
    assert at("nonsense") == []


def test_the_demo_works_on_this_machine() -> None:
    assert [w.id for w in workplaces_at(load_program("demo").workplaces, "127.0.0.1")] == ["main"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (BCP_NETWORK, '"198.51.100.1/25"', "networks: 「198.51.100.1/25」は使えません"),
        (BCP_NETWORK, '"call center"', "ネットワークの形で"),
        (f"[{BCP_NETWORK}]", "[]", "1つは書いてください"),
        ('id = "bcp"', 'id = "main"', "もう使われています"),
        ('id = "bcp"', 'id = "予備"', "英小文字"),
        ('kind = "bcp"', 'kind = "spare"', "main / office / bcp / ward"),
        ('name = "予備の拠点（架空）"\n', "", "sites[2].name: この項目がありません"),
        ('kind = "bcp"', 'kind = "bcp"\naddress = "x"', "知らない項目"),
    ],
)
def test_a_site_that_cannot_be_is_refused_with_what_to_do(
    ward: WardFolder, old: str, new: str, told: str
) -> None:
    ward.change(old, new)
    with pytest.raises(ProgramFileError) as caught:
        ward.load()
    assert told in "\n".join(caught.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (BCP_NETWORK, '"203.0.113.64/26"', {"network_twice": "error"}),
        (BCP_NETWORK, '"198.0.0.0/8"', {"network_wide": "warning"}),
        (BCP_NETWORK, '"127.0.0.0/8", "2001:db8::/48"', {}),
        ('kind = "main"', 'kind = "bcp"', {"no_main_site": "warning"}),
        ('kind = "ward"', 'kind = "office"', {"no_ward_site": "warning"}),
    ],
)
def test_sites_that_contradict_each_other_are_found(
    ward: WardFolder, old: str, new: str, found: dict[str, str]
) -> None:
    usual = ward.codes()
    ward.change(old, new)
    assert {code: level for code, level in ward.codes().items() if code not in usual} == found
