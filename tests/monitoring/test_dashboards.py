"""The dashboards are those that their source makes, and Grafana can read them.

No test starts Grafana: no registry here has it. The dashboards hold to its schema, the SDK reads
back what was written, each expression is PromQL over metrics that there are, and test_live.py
evaluates it.

dashboard.schema.json is Grafana's type Dashboard of @grafana/schema 13.2.3 (npm, Apache-2.0), by
ts-json-schema-generator 2.10.0 with --no-type-check from dist/types/raw/dashboard/x/types.gen.d.ts.
"""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from monitoring.grafana.source.__main__ import files
from monitoring.grafana.source.parts import MIGRATED
from tests.monitoring import panels, rules
from tests.monitoring.programs import MONITORING
from tests.monitoring.test_configuration import known

SCHEMA = json.loads((Path(__file__).parent / "dashboard.schema.json").read_text())
GRAFANA = MONITORING / "grafana"
FIRST = [
    "Slowest statements",
    "Index hit rate",
    "Cache hit rate",
    "Connections by state",
    "Throughput",
]
every_file = pytest.mark.parametrize("file", panels.FILES, ids=lambda file: file.stem)


def shown(file: Path) -> list[dict[str, Any]]:
    return [one for one in panels.raw(file) if one["type"] != "row"]


def test_the_committed_files_are_what_the_source_makes() -> None:
    """`python -m monitoring.grafana.source` writes them."""
    assert {file.name: file.read_text() for file in panels.FILES} == files()


@every_file
def test_a_dashboard_holds_to_the_schema_of_grafana(file: Path) -> None:
    """But for the two keys that Prometheus as a source adds to an annotation."""
    content = json.loads(file.read_text())
    for annotation in content["annotations"]["list"]:
        del annotation["titleFormat"], annotation["expr"]
    errors = jsonschema.Draft7Validator(SCHEMA).iter_errors(content)
    assert [f"{list(error.absolute_path)}: {error.message}" for error in errors] == []


@every_file
def test_the_sdk_reads_back_what_is_written(file: Path) -> None:
    """With one key more, which the schema has no longer."""
    content = json.loads(file.read_text())
    for annotation in content["annotations"]["list"]:
        del annotation["titleFormat"]
    read = json.loads(json.dumps(Dashboard.from_json(content), cls=JSONEncoder))
    assert read == {**content, "style": "dark"}


@every_file
def test_a_panel_says_what_it_shows_in_which_unit(file: Path) -> None:
    for panel in shown(file):
        assert panel["title"] and panel["description"].endswith((".", "/alerts."))
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"]["uid"] == "prometheus"
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"]) > 0


@every_file
def test_panels_lie_beside_each_other(file: Path) -> None:
    places = [one["gridPos"] for one in panels.raw(file)]
    assert all(one["x"] >= 0 and one["x"] + one["w"] <= 24 for one in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)


def test_the_five_panels_of_operations_come_first() -> None:
    assert [one["title"] for one in shown(GRAFANA / "dashboards/operations.json")][:5] == FIRST


@pytest.mark.parametrize(
    "panel", panels.panels(), ids=lambda panel: f"{panel.dashboard}: {panel.title}"
)
def test_an_expression_reads_metrics_that_there_are(panel: panels.Panel) -> None:
    for expression in panel.expressions:
        read = rules.names(expression)
        assert read
        assert read - known() == set()


@every_file
def test_migrations_are_marked(file: Path) -> None:
    (one,) = json.loads(file.read_text())["annotations"]["list"]
    assert (one["expr"], one["titleFormat"]) == (MIGRATED, "{{migration}}")
    assert rules.names(MIGRATED) <= known()


def test_dashboards_have_names_of_their_own() -> None:
    for key in ("uid", "title"):
        found = [json.loads(file.read_text())[key] for file in panels.FILES]
        assert len(set(found)) == len(found) == 5


def test_the_source_that_panels_name_is_provisioned() -> None:
    (source,) = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())[
        "datasources"
    ]
    assert (source["uid"], source["type"], source["url"]) == (
        "prometheus",
        "prometheus",
        "http://prometheus:9090",
    )
    (provider,) = yaml.safe_load((GRAFANA / "provisioning/dashboards/eagle-sign.yml").read_text())[
        "providers"
    ]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"
