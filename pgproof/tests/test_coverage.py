"""`pgproof coverage`: a suite with known holes, and what is said of them."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pgproof.coverage.coverage import coverage
from pgproof.coverage.exports import write_cobertura, write_lcov
from pgproof.coverage.page import page
from pgproof.coverage.records import Coverage, Measured, ran
from pgproof.errors import Exit, InputError, RefusedError
from tests.project import Project

HOLES = Path(__file__).parent / "holes"
SUITE = HOLES / "suite"
UNCOVERED = """
column shop.forgotten.note: never read
column shop.parts.discount: never read
column shop.parts.secret: written, never read
column shop.sales.part_id: written, never read
column shop.sales.sold_on: written, never read
constraint shop.parts.parts_name_check: never refuses a row
constraint shop.parts.parts_pkey: never refuses a row
constraint shop.parts.price not null: never refuses a null
constraint shop.rate.rate_check: never refuses a row
constraint shop.sales.part_id not null: never refuses a null
constraint shop.sales.sold_on not null: never refuses a null
function shop.idle(): never called
grant DELETE on shop.parts to pg_monitor: never used
grant EXECUTE on function shop.idle() to pg_monitor: never used
index shop.parts_discount_key: never refuses a duplicate
index shop.parts_price_idx: in no plan
table shop.forgotten: never read or written
"""


def lay(project: Project) -> None:
    project.write("0001.tap", (HOLES / "tap.psql").read_text())
    project.write("0002.shop", (HOLES / "schema.sql").read_text())


@pytest.fixture(scope="module")
def measured(server, tmp_path_factory) -> Coverage:  # type: ignore[no-untyped-def]
    """Return what the suite covers of the schema."""
    project = Project.make(tmp_path_factory.mktemp("holes"), server.url())
    lay(project)
    return coverage(project.url, project.settings, tests=[SUITE], jobs=2)


def function_of(measured: Coverage, name: str) -> Measured:
    return next(one for one in measured.functions if one.name.startswith(f"shop.{name}("))


def test_what_no_test_touches_is_listed(measured: Coverage) -> None:
    assert [(one.name, one.fault) for one in measured.files if one.fault] == []
    said = sorted(f"{one.kind} {one.name}: {one.missing}" for one in measured.uncovered)
    assert said == UNCOVERED.strip().splitlines()
    assert measured.unmeasured == ("grant TRUNCATE on shop.forgotten to pg_monitor",)


def test_an_object_names_the_tests_that_touch_it(measured: Coverage) -> None:
    tests = {f"{one.kind} {one.name}": one.tests for one in measured.objects}
    assert [Path(one).name for one in tests["table shop.parts"]] == ["grade.sql", "parts.sql"]
    assert [Path(one).name for one in tests["index shop.parts_name_idx"]] == ["parts.sql"]


def test_branches_that_were_not_taken_are_named(measured: Coverage) -> None:
    source = function_of(measured, "grade").source.splitlines()
    missing = [
        (source[way.line - 1].strip(), way.branch)
        for way in function_of(measured, "grade").ways
        if not way.tests
    ]
    assert missing == [
        ("else", "else"),
        ("found := 'dear';", None),
        ("when 'dear' then", "when 'dear'"),
        ("return 'for the few';", None),
    ]


def test_probes_change_nothing_that_a_function_does(measured: Coverage) -> None:
    """FOUND, labels, handlers and loops are as they were, or the suite would fail."""
    assert [(one.name, one.disturbed) for one in measured.files if one.disturbed] == []
    function = function_of(measured, "reprice")
    missing = [way.branch for way in function.branches if not way.tests]
    assert missing == [
        "then",
        "continue",
        "loop",
        "when unique_violation or check_violation",
        "when check_violation",
    ]


def test_a_body_is_found_in_the_file_that_holds_it(measured: Coverage) -> None:
    function = function_of(measured, "idle")
    text = (HOLES / "schema.sql").read_text().splitlines()
    assert function.file == Path("migrations/0002.shop.sql")
    assert text[function.statements[0].line + function.first - 2] == "    return 1;"


def test_cobertura_and_lcov_count_the_same(measured: Coverage, tmp_path: Path) -> None:
    xml, info = tmp_path / "c.xml", tmp_path / "c.info"
    write_cobertura(measured, xml)
    write_lcov(measured, info)
    root = ElementTree.parse(xml).getroot()
    lines = {
        (one.get("filename"), line.get("number"), line.get("hits"))
        for one in root.iter("class")
        for line in one.iter("line")
    }
    traced, file = set(), ""
    for line in info.read_text().splitlines():
        kind, _, rest = line.partition(":")
        file = rest if kind == "SF" else file
        if kind == "DA":
            traced.add((file, *rest.split(",")))
    assert lines == traced
    assert root.get("branches-valid") == str(len(measured.branches))
    assert root.get("branches-covered") == str(ran(measured.branches))
    assert f"BRH:{ran(measured.branches)}" in info.read_text()


def test_a_body_in_no_file_is_written_beside_the_report(measured: Coverage, tmp_path: Path) -> None:
    lost = replace(measured, functions=(replace(measured.functions[0], file=None, first=1),))
    write_lcov(lost, tmp_path / "c.info")
    (written,) = (tmp_path / "c.info.bodies").iterdir()
    assert written.read_text() == measured.functions[0].source
    assert f"SF:{written}" in (tmp_path / "c.info").read_text()


def test_the_page_marks_the_source(measured: Coverage) -> None:
    said = page(measured)
    assert "<b>never: when &#x27;dear&#x27;</b>" in said
    assert 'class="none" title="line 5"' not in said.split("shop.idle()")[0]
    assert "http" not in said


def command(project: Project, *arguments: str) -> "subprocess.CompletedProcess[str]":
    line = ["-m", "pgproof", "coverage", "--dsn", project.url, "--migrations", str(project.folder)]
    return subprocess.run(
        [sys.executable, *line, *arguments], capture_output=True, text=True, check=False
    )


def test_the_command_fails_below_what_is_asked_for(project: Project) -> None:
    lay(project)
    grade = ("--tests", str(SUITE / "grade.sql"))
    done = command(project, *grade, "--min-objects", "90", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == found["exit_code"] == Exit.UNCOVERED
    assert "objects are covered" in found["short"][0]
    assert found["covered"] < found["objects"]
    assert found["branches_covered"] < found["branches"]


def test_a_test_that_fails_is_named(project: Project, tmp_path: Path) -> None:
    lay(project)
    (tmp_path / "t.sql").write_text("select tap.plan(1);\nselect tap.ok(false, 'no');\n")
    (tmp_path / "u.sql").write_text("select tap.plan(1);\nselect no_such_thing;\n")
    done = command(project, "--tests", str(tmp_path / "t.sql"), "--tests", str(tmp_path / "u.sql"))
    assert done.returncode == Exit.UNCOVERED
    assert "FAILED: 1 of 1 assertions fail" in done.stdout
    assert "FAILED: psql:" in done.stdout and "no_such_thing" in done.stdout


def test_scratch_databases_are_dropped(measured: Coverage, project: Project) -> None:
    assert measured.files
    left = "select datname from pg_database where datname like 'pgproof_scratch_%'"
    assert project.query(left) == []


def test_bad_input_is_refused(project: Project, tmp_path: Path) -> None:
    lay(project)
    with pytest.raises(InputError, match="none of the folders"):
        coverage(project.url, replace(project.settings, root=tmp_path / "empty"))
    with pytest.raises(InputError, match="no such file"):
        coverage(project.url, project.settings, tests=[tmp_path / "none"])
    with pytest.raises(InputError, match=r"no file that ends in \.pg"):
        coverage(project.url, project.settings, tests=[SUITE], ending=".pg")
    with pytest.raises(InputError, match="no database 'none'"):
        coverage(project.url, project.settings, tests=[SUITE], template="none")
    with pytest.raises(InputError, match="does not have the extension pgtap"):
        coverage(project.url, project.settings, tests=[SUITE], template="template0")


def test_it_needs_a_superuser(project: Project) -> None:
    project.query("create role plain_tester login createdb")
    try:
        with pytest.raises(RefusedError, match="superuser"):
            coverage(
                project.url.replace("postgres@", "plain_tester@"), project.settings, tests=[SUITE]
            )
    finally:
        project.query("drop role plain_tester")
