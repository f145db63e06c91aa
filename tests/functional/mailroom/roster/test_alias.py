"""通称: a foreign resident is found and verified by the name that everybody uses."""

from collections.abc import Callable
from pathlib import Path

from portal.demo.extract import Extract
from portal.domain.contacts.calls.names import name_matches
from portal.domain.mailroom.roster.files.layout import SHIPPED
from portal.domain.people.households.search import SearchTerms, search_households
from portal.platform.database import Database
from tests.support.mailroom.roster import Ward
from tests.support.work import work_in

SAMPLE = "sample"


class WardWithAliases(Ward):
    """A ward whose extract says the 通称 in a column of its own (the sample's remarks)."""

    def write(self, extract: Extract) -> Path:
        self.handed_over += 1
        return extract.write(self.folder / f"extract-{self.handed_over}", SAMPLE)[SAMPLE]


def called(alias: str) -> Callable[[Extract], None]:
    def change(extract: Extract) -> None:
        family = extract.families[0]
        family.head.cells |= {"氏名": "KIM MINJI", "氏名カナ": "", "備考": alias, "外国人区分": "1"}
        family.people[1].cells["備考"] = "木村　空"

    return change


def found(database: Database, name: str) -> list[int]:
    with database.read() as session:
        terms = SearchTerms(name=name)
        result = search_households(work_in(session), terms, include_protected=False)
        return [view.id for view in result.households]


def test_an_alias_of_the_extract_finds_the_household_and_verifies_its_householder(
    database: Database, tmp_path: Path
) -> None:
    layout = tmp_path / "with-alias.toml"
    shipped = (SHIPPED / "sample.toml").read_text("utf-8")
    layout.write_text(shipped.replace('field = "remarks"', 'field = "alias"'), "utf-8")
    ward = WardWithAliases(database, tmp_path, layout=str(layout))
    ward.hand_over(called("木村　美智"))
    family = ward.extract().families[0]
    key = ward.key(family)
    for typed in ("木村美智", "美智 木村", "木村　空", "minji kim", "KIM"):
        assert found(database, typed) == [key], typed
    view = ward.view(family)
    assert name_matches("木村 美智", view)
    assert name_matches("Minji Kim", view)
    assert not name_matches("木村　空", view)
    assert ward.change(called("金田　美智")) == {"correction": 1}
    assert found(database, "金田美智") == [key]
    assert found(database, "木村美智") == []


def named(extract: Extract) -> None:
    extract.families[0].head.cells |= {"氏名": "濵﨑　優子", "氏名カナ": "ハマサキ　ユウコ"}


def test_a_name_in_latin_letters_finds_and_verifies_who_is_written_in_kana(
    database: Database, tmp_path: Path
) -> None:
    ward = Ward(database, tmp_path)
    ward.hand_over(named)
    family = ward.extract().families[0]
    for typed in ("hamasaki", "HAMASAKI YUKO", "Yuuko Hamasaki"):
        assert found(database, typed) == [ward.key(family)], typed
    assert found(database, "hamazaki") == []
    view = ward.view(family)
    assert name_matches("Yuko Hamasaki", view)
    assert not name_matches("Yuka Hamasaki", view)
