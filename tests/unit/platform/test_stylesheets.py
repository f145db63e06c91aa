"""What browsers get of our stylesheets: all rules, in order, without the layout."""

from pathlib import Path

from portal.platform.rendering.assets import Assets
from portal.platform.rendering.stylesheets import joined


def _sheet(folder: Path, *bodies: str) -> Path:
    (folder / "parts").mkdir()
    for number, body in enumerate(bodies):
        (folder / "parts" / f"{number}.css").write_text(body, "utf-8")
    sheet = folder / "sheet.css"
    imports = (f'@import "parts/{number}.css";\n' for number in range(len(bodies)))
    sheet.write_text("/* Which parts, and in which order. */\n" + "".join(imports), "utf-8")
    return sheet


def test_parts_follow_each_other_as_the_sheet_names_them(tmp_path: Path) -> None:
    sheet = _sheet(
        tmp_path, "a {\n  color: red;\n}\n", "/* why */\n.b > p,\n.b li {\n  margin: 0 auto;\n}\n"
    )
    assert joined(sheet) == b"a{color:red}.b > p,.b li{margin:0 auto}"


def test_what_people_see_of_a_string_is_kept_to_the_letter(tmp_path: Path) -> None:
    sheet = _sheet(tmp_path, 'a::before {\n  content: "/* ‹ {  } */";\n}\n')
    assert joined(sheet).decode() == 'a::before{content:"/* ‹ {  } */"}'


def test_rules_inside_a_condition_and_long_lists_stay_whole(tmp_path: Path) -> None:
    sheet = _sheet(
        tmp_path,
        "@media (min-width: 4rem) and (min-height: 3rem) "
        "{\n  p {\n    font:\n      1rem/2 Meiryo,\n      serif;\n  }\n\n"
        "  a:hover {\n    width: calc(1rem + 2px) !important;\n  }\n}\n",
    )
    assert joined(sheet) == (
        b"@media (min-width: 4rem) and (min-height: 3rem){"
        b"p{font:1rem/2 Meiryo,serif}a:hover{width:calc(1rem + 2px) !important}}"
    )


def test_a_part_has_no_address_of_its_own(tmp_path: Path) -> None:
    _sheet(tmp_path, "a {\n  color: red;\n}\n")
    assets = Assets((tmp_path,))
    assert assets.url("sheet.css").startswith("/static/sheet.")
    assert list(assets._urls) == ["sheet.css"]
