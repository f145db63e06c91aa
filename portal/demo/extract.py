"""An invented ward's extract in every format, with the result that a check must give."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.demo import extract_files
from portal.demo.cases import age_cases, date_cases, people_cases
from portal.demo.cases_of_rows import change_cases, row_cases, value_cases
from portal.demo.families import Case, ExtractPlan, Family, Person, Registry
from portal.demo.ward import TOWNS

FILES = {
    "sample": "extract.csv",
    "sample-min": "extract_min.csv",
    "sample-fixed": "extract_fixed.txt",
    "sample-xlsx": "extract.xlsx",
}
"""The file's name for each layout that reads it."""


@dataclass(frozen=True)
class Extract:
    """An extract in memory.

    Families in file order and the special case that each of some families shows.
    """

    plan: ExtractPlan
    families: list[Family]
    cases: dict[str, str]
    """Household number by the name of the special case."""

    @property
    def people(self) -> list[Person]:
        """All rows in file order."""
        return [person for family in self.families for person in family.people]

    def write(self, folder: Path, *layouts: str) -> dict[str, Path]:
        """Write the files for the named layouts (all by default) and ``manifest.json``.

        Returns them by layout.

        Fixed width and xlsx hold the accepted rows only, the minimum file the accepted children
        with their householder.
        """
        folder.mkdir(parents=True, exist_ok=True)
        data, lines = extract_files.csv_bytes(self.people)
        writers: dict[str, Callable[[Path], object]] = {
            "sample": lambda path: path.write_bytes(data),
            "sample-min": lambda path: path.write_bytes(extract_files.minimum_bytes(self.families)),
            "sample-fixed": lambda path: path.write_bytes(extract_files.fixed_bytes(self.people)),
            "sample-xlsx": lambda path: extract_files.write_workbook(path, self.people),
        }
        paths = {layout: folder / FILES[layout] for layout in layouts or FILES}
        for layout, path in paths.items():
            writers[layout](path)
        manifest = json.dumps(self.manifest(lines), ensure_ascii=False, indent=1)
        (folder / "manifest.json").write_text(manifest, encoding="utf-8")
        return paths

    def manifest(self, lines: list[int] | None = None) -> dict[str, Any]:
        """Return the expected records, households and totals of the CSV file."""
        lines = lines if lines is not None else extract_files.csv_bytes(self.people)[1]
        records = [
            {
                "record": number,
                "line": line,
                "household_no": person.cells["世帯番号"],
                "person_no": person.cells["宛名番号"],
                "result": person.result,
                "codes": sorted(person.codes),
            }
            for number, (person, line) in enumerate(zip(self.people, lines, strict=True), 1)
        ]
        households = self._households()
        plan = self.plan
        return {
            "parameters": {
                "seed": plan.seed,
                "base_date": plan.base_date.isoformat(),
                "birth_from": plan.birth_from.isoformat(),
                "birth_to": plan.birth_to.isoformat(),
                "extracted": plan.extracted.isoformat(),
                "unit_yen": plan.unit_yen,
                "towns": TOWNS,
            },
            "cases": self.cases,
            "records": records,
            "households": households,
            "totals": self._totals(records, households),
        }

    def _households(self) -> list[dict[str, Any]]:
        return [
            {
                "household_no": family.number,
                "disposition": family.disposition,
                "eligible_children": family.eligible,
                "amount_yen": family.eligible * self.plan.unit_yen,
                "codes": family.codes,
            }
            for family in self.families
            if family.attributable
        ]

    def _totals(
        self, records: list[dict[str, Any]], households: list[dict[str, Any]]
    ) -> dict[str, Any]:
        children = Counter[str]()
        for household in households:
            children[household["disposition"]] += household["eligible_children"]
        return {
            "records": len(records),
            "rows": _counted(record["result"] for record in records),
            "row_codes": _counted(code for record in records for code in record["codes"]),
            "households": _counted(household["disposition"] for household in households),
            "household_codes": _counted(
                code for household in households for code in household["codes"]
            ),
            "children_issue": children["issue"],
            "children_hold": children["hold"],
            "yen_issue": children["issue"] * self.plan.unit_yen,
            "yen_hold": children["hold"] * self.plan.unit_yen,
        }


def make_extract(plan: ExtractPlan) -> Extract:
    """Invent an extract; equal plans give equal extracts.

    The special cases are spread over the families at random; a small extract shows only some of
    them.
    """
    registry = Registry(plan)
    cases = [] if plan.clean else special_cases()
    registry.random.shuffle(cases)
    places = sorted(
        registry.random.sample(range(plan.households), min(len(cases), plan.households))
    )
    at = dict(zip(places, cases, strict=False))
    shown: dict[str, str] = {}
    for place in range(plan.households):
        if place in at:
            name, build = at[place]
            build(registry)
            shown[name] = registry.families[-1].number
        else:
            registry.family(registry.random.choices((1, 2, 3, 4), (48, 40, 10, 2))[0])
    return Extract(plan, registry.families, shown)


def special_cases() -> list[Case]:
    """Return the cases with their names, in a fixed order."""
    return [
        *age_cases(),
        *date_cases(),
        *people_cases(),
        *row_cases(),
        *change_cases(),
        *value_cases(),
    ]


def _counted(items: Any) -> dict[str, int]:
    return dict(sorted(Counter(items).items()))
