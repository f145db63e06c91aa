"""People type a number or an address as they are used to; an impossible one is refused in words."""

import pytest

from portal.domain.foundation.errors import InputError
from portal.domain.people.notices.phones import mask_email, mask_phone, parse_email, parse_mobile


@pytest.mark.parametrize(
    "typed",
    [
        "09012345678",
        "090-1234-5678",
        "０９０１２３４５６７８",
        "０９０－１２３４－５６７８",
        "090 1234 5678",
        "090　1234　5678",
        "090ー1234ー5678",
        "090−1234−5678",
        "090‐1234–5678",
        "(090)1234-5678",
        "（090）1234-5678",
        " 090.1234.5678\n",
        "+819012345678",
        "+81 90-1234-5678",
        "＋８１９０１２３４５６７８",
        "+81(0)90 1234 5678",
        "\u202a090-1234-5678\u202c",
    ],
)
def test_a_mobile_number_is_understood_however_it_is_written(typed: str) -> None:
    assert parse_mobile(typed) == "+819012345678"


@pytest.mark.parametrize(
    ("typed", "number"), [("07011112222", "+817011112222"), ("080-3333-4444", "+818033334444")]
)
def test_all_three_mobile_prefixes_work(typed: str, number: str) -> None:
    assert parse_mobile(typed) == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("  　", "empty"),
        ("--", "empty"),
        ("050-1234-5678", "not_mobile"),
        ("03-1234-5678", "not_mobile"),
        ("0120-123-456", "not_mobile"),
        ("020-1234-5678", "not_mobile"),
        ("042-123-4567", "not_mobile"),
        ("+1 415 555 2671", "foreign"),
        ("+82 10-1234-5678", "foreign"),
        ("+8613912345678", "foreign"),
        ("090-1234-567", "length"),
        ("090-1234-56789", "length"),
        ("110", "length"),
        ("+", "not_digits"),
        ("携帯", "not_digits"),
        ("090-1234-567x", "not_digits"),
        ("name@example.jp", "not_digits"),
        ("9" * 300, "length"),
        ("090+12345678", "not_digits"),
        ("٠٩٠١٢٣٤٥٦٧٨", "not_digits"),
    ],
)
def test_what_cannot_get_an_sms_is_refused_with_its_own_sentence(typed: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_mobile(typed)
    assert refused.value.code == code
    assert typed.strip() == "" or typed.strip() not in refused.value.message


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("name@example.jp", "name@example.jp"),
        ("  name@example.jp ", "name@example.jp"),
        ("ｎａｍｅ＠ｅｘａｍｐｌｅ．ｊｐ", "name@example.jp"),
        ("Na.Me+x@EXAMPLE.JP", "Na.Me+x@example.jp"),
        ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"),
        ("first－last@my‐town.example.jp", "first-last@my-town.example.jp"),
        ("\u200bname@example.jp\ufeff", "name@example.jp"),
        ("a~b@example.jp", "a~b@example.jp"),
    ],
)
def test_an_address_is_understood_however_it_is_written(typed: str, address: str) -> None:
    assert parse_email(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "name",
        "name@",
        "@example.jp",
        "name@example",
        "name@@example.jp",
        "na me@example.jp",
        "名前@example.jp",
        "name@例え.jp",
        "name@-x.jp",
        "name@a..jp",
        "name@127.0.0.1",
        "a@example.jp,b@example.jp",
        "a@example.jp\nBcc: b@example.jp",
        "<name@example.jp>",
        "x" * 65 + "@example.jp",
        "x@" + "y." * 130 + "jp",
    ],
)
@pytest.mark.asvs("1.3.11")
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_email(typed)
    assert refused.value.code == "not_an_address"


def test_a_masked_contact_is_known_by_its_owner_only() -> None:
    assert mask_phone("+819012345678") == "***-****-*678"
    assert mask_email("hanako@example.jp") == "h***@example.jp"
