"""The list of invented shops in which the demo's coupons can be used."""

import csv
import io
from itertools import product

from portal.demo.ward import SURNAMES, TOWNS
from portal.domain.foundation.held_file import HeldFile
from portal.domain.people.shops.file import Column, read_shops
from portal.domain.people.shops.services import load_list
from portal.platform.site import Site

KINDS = (
    ("書店", "ショテン", "本屋"),
    ("薬局", "ヤッキョク", "薬の店"),
    ("文具", "ブング", "文房具"),
    ("ストア", "ストア", "スーパー"),
    ("洋品店", "ヨウヒンテン", "子ども服"),
)


def add_shops(site: Site) -> None:
    """Load the list as a ward hands it over."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(Column)
    for number, (name, kind) in enumerate(product(SURNAMES, KINDS)):
        _postal, town = TOWNS[number * 7 % len(TOWNS)]
        place, telephone = f"{number % 9 + 1}番{number % 5 + 1}号", f"03-0000-{1_000 + number}"
        rows.writerow((name[0] + kind[0], name[1] + kind[1], town, place, telephone, kind[2]))
    read = read_shops(HeldFile("shops.csv", text.getvalue().encode("utf-8-sig")))
    with site.database.write() as session:
        load_list(site.work(session), read)
