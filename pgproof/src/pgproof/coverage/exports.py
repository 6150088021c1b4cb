"""What was measured in the formats that other programs read: Cobertura's XML, and lcov's."""

import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from pgproof.coverage.records import Coverage, Measured, Way, ran

_DOCTYPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE coverage SYSTEM'
    ' "http://cobertura.sourceforge.net/xml/coverage-04.dtd">\n'
)
_BODIES = "{}.bodies"
Lines = dict[int, tuple[int, list[Way]]]
"""By line: how many tests ran it, and the branches that begin in it."""


def lines(function: Measured) -> Lines:
    """Return the lines of the function's file in which something begins.

    A line ran as often as the statement in it that ran least; one with branches alone, such as
    `else`, as often as the one that was taken most.
    """
    statements: dict[int, list[int]] = defaultdict(list)
    branches: dict[int, list[Way]] = defaultdict(list)
    for way in function.ways:
        line = way.line + function.first - 1
        if way.branch is None:
            statements[line].append(way.tests)
        else:
            branches[line].append(way)
    return {
        line: (
            min(statements[line])
            if line in statements
            else max(way.tests for way in branches[line]),
            branches.get(line, []),
        )
        for line in sorted({*statements, *branches})
    }


def write_cobertura(found: Coverage, file: Path) -> None:
    """Write what was measured as Cobertura's XML."""
    files = _files(found, file)
    root = ElementTree.Element("coverage", _rates(found.functions), version="pgproof")
    root.set("timestamp", str(int(time.time() * 1000)))
    sources = ElementTree.SubElement(root, "sources")
    ElementTree.SubElement(sources, "source").text = "."
    packages = ElementTree.SubElement(root, "packages")
    schemas: dict[str, list[Measured]] = defaultdict(list)
    for function in found.functions:
        schemas[function.name.partition(".")[0]].append(function)
    for schema, functions in schemas.items():
        package = ElementTree.SubElement(packages, "package", _rates(functions, "-"), name=schema)
        classes = ElementTree.SubElement(package, "classes")
        for function in functions:
            one = ElementTree.SubElement(
                classes,
                "class",
                _rates([function], "-"),
                name=function.name,
                filename=files[function.name],
            )
            ElementTree.SubElement(one, "methods")
            inside = ElementTree.SubElement(one, "lines")
            for number, (tests, branches) in lines(function).items():
                line = ElementTree.SubElement(
                    inside, "line", number=str(number), hits=str(tests), branch="false"
                )
                if branches:
                    taken = ran(branches)
                    share = 100 * taken // len(branches)
                    line.set("branch", "true")
                    line.set("condition-coverage", f"{share}% ({taken}/{len(branches)})")
    ElementTree.indent(root)
    file.write_text(_DOCTYPE + ElementTree.tostring(root, "unicode") + "\n", encoding="utf-8")


def write_lcov(found: Coverage, file: Path) -> None:
    """Write what was measured as a tracefile of lcov."""
    files = _files(found, file)
    by_file: dict[str, list[Measured]] = defaultdict(list)
    for function in found.functions:
        by_file[files[function.name]].append(function)
    said = ["TN:"]
    for name, functions in by_file.items():
        said.append(f"SF:{name}")
        reached = [max((way.tests for way in one.statements), default=0) for one in functions]
        said += [f"FN:{one.first},{one.name}" for one in functions]
        said += [f"FNDA:{tests},{one.name}" for one, tests in zip(functions, reached, strict=True)]
        said += [f"FNF:{len(functions)}", f"FNH:{sum(tests > 0 for tests in reached)}"]
        counted: list[int] = []
        ways: list[Way] = []
        for function in functions:
            for number, (tests, branches) in lines(function).items():
                said.append(f"DA:{number},{tests}")
                counted.append(tests)
                for place, way in enumerate(branches):
                    said.append(f"BRDA:{number},{way.decision},{place},{way.tests or '-'}")
                ways += branches
        said += [f"BRF:{len(ways)}", f"BRH:{ran(ways)}"]
        said += [f"LF:{len(counted)}", f"LH:{sum(tests > 0 for tests in counted)}", "end_of_record"]
    file.write_text("\n".join(said) + "\n", encoding="utf-8")


def _files(found: Coverage, report: Path) -> dict[str, str]:
    """Return each function's file; a body that is in none is written beside the report."""
    files = {}
    for function in found.functions:
        if function.file is not None:
            files[function.name] = str(function.file)
            continue
        folder = report.with_name(_BODIES.format(report.name))
        folder.mkdir(exist_ok=True)
        safe = "".join(one if one.isalnum() or one in "._-" else "_" for one in function.name)
        body = folder / f"{safe[:200]}.sql"
        body.write_text(function.source, encoding="utf-8")
        files[function.name] = str(body)
    return files


def _rates(functions: Iterable[Measured], skipped: str = "") -> dict[str, str]:
    """Return the attributes that count lines and branches; for `-`, the shares alone."""
    counted = [tests for one in functions for tests, _ in lines(one).values()]
    ways = [way for one in functions for way in one.branches]
    covered = sum(tests > 0 for tests in counted)
    shares = {
        "line-rate": f"{covered / len(counted) if counted else 1:.4f}",
        "branch-rate": f"{ran(ways) / len(ways) if ways else 1:.4f}",
        "complexity": "0",
    }
    if skipped:
        return shares
    return shares | {
        "lines-covered": str(covered),
        "lines-valid": str(len(counted)),
        "branches-covered": str(ran(ways)),
        "branches-valid": str(len(ways)),
    }
