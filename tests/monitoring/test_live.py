"""Every panel shows data, and alerts fire and clear by real faults: those that share a server.

`make monitoring-check` tries the others too, which stop the server or all work on it.
"""

from collections.abc import Iterator

import pytest

from tests.monitoring import panels, suite
from tests.monitoring.case import CASES
from tests.monitoring.panels import Panel
from tests.monitoring.stack import Stack, stack


@pytest.fixture(scope="module")
def whole() -> Iterator[Stack]:
    with stack() as made:
        yield made


@pytest.mark.parametrize(
    "panel", panels.panels(), ids=lambda panel: f"{panel.dashboard}: {panel.title}"
)
def test_a_panel_shows_data(panel: Panel, whole: Stack) -> None:
    shown = panels.look(panel, whole.prometheus)
    assert shown.series > 0, shown.problem


def test_every_rule_is_evaluated_without_an_error(whole: Stack) -> None:
    groups = whole.prometheus.get("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) > 40
    assert [rule["name"] for rule in rules if rule["health"] != "ok"] == []


def test_faults_raise_their_alerts_until_they_are_mended(whole: Stack) -> None:
    cases = [*suite.together(), *(one for one in CASES if one.name == "orphan")]
    verdicts = [one for few in suite.run(whole, cases) for one in few]
    assert len(verdicts) > 20
    assert [one for one in verdicts if not one.is_good] == []
    arrived = {(path, status) for path, status, _ in whole.inbox.received}
    assert {("/page", "firing"), ("/page", "resolved"), ("/ticket", "firing")} <= arrived


def test_the_exporters_metrics_are_named_as_the_rules_have_them(whole: Stack) -> None:
    """Without the label that old exporters add."""
    for name in ("pg_stat_activity_count", "pg_stat_database_xact_commit"):
        found = whole.prometheus.query(name)
        assert found
        assert all("server" not in series["metric"] for series in found)
