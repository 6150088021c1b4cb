"""The configuration is what Prometheus and Alertmanager accept, and what the house asks of it."""

import re
from pathlib import Path

import pytest
import yaml

from tests.monitoring import faster, panels, rules
from tests.monitoring.case import CASES
from tests.monitoring.programs import MONITORING, run
from tests.monitoring.suite import alone
from tests.repo.documentation import pages
from tooling.metrics import alert_receiver, families
from tooling.reference.markdown import anchor

README = MONITORING / "README.md"
RUNBOOKS = pages.ROOT / "docs/how-to/runbooks"
FROM_EXPORTER = {
    "pg_up",
    "pg_stat_activity_count",
    "pg_settings_max_connections",
    "pg_stat_database_deadlocks",
    "pg_stat_database_temp_bytes",
    "pg_stat_database_xact_commit",
    "pg_stat_database_xact_rollback",
    "pg_locks_count",
}
"""Named alike by postgres_exporter 0.11 and 0.20; others are not, or went with a version."""
OF_PROMETHEUS = {"up", "ALERTS"}


def known() -> set[str]:
    ours = {families.PREFIX + name for name in (*families.GAUGES, *families.COUNTERS)}
    recorded = {rule["record"] for rule in rules.all_rules() if "record" in rule}
    return ours | recorded | FROM_EXPORTER | OF_PROMETHEUS


def test_prometheus_accepts_configuration_and_rules() -> None:
    done = run("promtool", "check", "config", "--lint-fatal", "prometheus/prometheus.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules.FILES)} rule files found" in done.stdout


def test_alertmanager_accepts_its_configuration() -> None:
    done = run("amtool", "check-config", "alertmanager/alertmanager.yml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("severity", "receiver"), [("page", "pages"), ("ticket", "tickets")])
def test_a_severity_has_its_receiver(severity: str, receiver: str) -> None:
    words = ("config", "routes", "test", "--config.file=alertmanager/alertmanager.yml")
    done = run("amtool", *words, f"--verify.receivers={receiver}", f"severity={severity}")
    assert done.returncode == 0, done.stdout + done.stderr


def test_inhibitions_name_alerts_that_there_are() -> None:
    names = {rule["alert"] for rule in rules.alerts()}
    read = yaml.safe_load((MONITORING / "alertmanager/alertmanager.yml").read_text())
    said = re.findall(r'alertname !?=~? "([^"]+)"', str(read["inhibit_rules"]))
    assert said
    assert {one for group in said for one in group.split("|")} - names == set()


def test_alerts_are_posted_to_what_the_command_serves() -> None:
    read = yaml.safe_load((MONITORING / "alertmanager/alertmanager.yml").read_text())
    urls = {hook["url"] for one in read["receivers"] for hook in one["webhook_configs"]}
    assert urls == {f"http://alert-receiver:9095{path}" for path in alert_receiver.PATHS}


def test_no_secret_is_in_the_configuration() -> None:
    text = (MONITORING / "alertmanager/alertmanager.yml").read_text()
    assert re.findall(r"(?:password|token|key|credentials|secret)\w*: *\S+", text) == []


@pytest.mark.parametrize("rule", rules.alerts(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_who_and_where_to_read_on(rule: dict[str, dict[str, str]]) -> None:
    said = rule["annotations"]
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert set(said) == {"summary", "description", "runbook_url"}
    assert "{{" in said["description"]
    assert not said["summary"].endswith(".")
    page, _, fragment = said["runbook_url"].partition("#")
    assert fragment == anchor(str(rule["alert"]))
    headings = re.findall(r"^## (.+)$", (pages.ROOT / page).read_text(), re.MULTILINE)
    assert rule["alert"] in headings


def test_every_section_of_a_runbook_is_an_alert_and_has_a_command() -> None:
    names = {rule["alert"] for rule in rules.alerts()}
    for page in RUNBOOKS.glob("*.md"):
        for section in page.read_text().split("\n## ")[1:]:
            name, _, text = section.partition("\n")
            assert name in names, page
            assert "```console" in text or "```sql" in text, f"{page}: {name}"


def test_runbooks_name_services_of_the_stack() -> None:
    services = yaml.safe_load((pages.ROOT / "compose.yaml").read_text())["services"]
    pattern = r"docker compose (?:ps|restart|logs --tail \d+) ([\w ]+)"
    texts = [page.read_text() for page in RUNBOOKS.glob("*.md")]
    named = {name for text in texts for few in re.findall(pattern, text) for name in few.split()}
    assert named
    assert named - set(services) == set()


def test_the_readme_lists_every_alert_and_who_is_told() -> None:
    listed = re.findall(r"^\| \[(\w+)\]\(\S+\) \| (\w+) \|", README.read_text(), re.MULTILINE)
    rule = [(one["alert"], one["labels"]["severity"]) for one in rules.alerts()]
    assert sorted(listed) == sorted(rule)


def test_the_readme_counts_the_panels_and_alerts_that_there_are() -> None:
    """Of each, the number that `make monitoring-check` tries, all of which have passed."""
    counted = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) ", README.read_text(), re.MULTILINE)
    numbers = {"panels": len(panels.panels()), "alerts": len(rules.alerts())}
    assert counted == [(what, str(number), str(number)) for what, number in numbers.items()]


def test_the_receivers_that_the_readme_shows_are_receivers(tmp_path: Path) -> None:
    blocks = list(pages.blocks(README, "yaml"))
    assert any("email_configs" in block.text for block in blocks)
    for block in blocks:
        (tmp_path / "alertmanager.yml").write_text(block.text)
        done = run("amtool", "check-config", tmp_path / "alertmanager.yml")
        assert done.returncode == 0, done.stdout + done.stderr


def test_rules_read_metrics_that_there_are() -> None:
    read = {name for rule in rules.all_rules() for name in rules.names(rule["expr"])}
    assert read - known() == set()


def test_recorded_series_are_used() -> None:
    texts = [rule["expr"] for rule in rules.all_rules()]
    texts += [file.read_text() for file in (MONITORING / "grafana/dashboards").glob("*.json")]
    recorded = [rule["record"] for rule in rules.all_rules() if "record" in rule]
    assert [name for name in recorded if not any(name in text for text in texts)] == []


def test_every_alert_has_one_fault_that_is_planted() -> None:
    planted = sorted(alert for one in CASES for alert in one.alerts)
    assert planted == sorted(rule["alert"] for rule in rules.alerts())
    assert alone()[-1].name == "far_transaction_id"


@pytest.mark.parametrize("file", rules.FILES, ids=lambda file: file.name)
def test_faster_rules_are_the_same_rules(file: Path) -> None:
    """But for times, each a thirtieth of what it was."""
    before = rules.content(file)
    after = faster.rules(before)
    assert without_times(before) == without_times(after)
    lengths = [times(rule) for group in before["groups"] for rule in group["rules"]]
    shorter = [times(rule) for group in after["groups"] for rule in group["rules"]]
    assert [[one / faster.TIMES for one in few] for few in lengths] == shorter


def without_times(value: object) -> object:
    """Return rules with every time replaced by a word."""
    if isinstance(value, dict):
        return {
            key: "a time" if key == "for" else without_times(part) for key, part in value.items()
        }
    if isinstance(value, list):
        return [without_times(part) for part in value]
    pattern = r"(?<=\[)\d+\w+(?=\])|(?<=offset )\d+\w+|\b\d+ \* (?:3600|120|60|2)\b"
    return re.sub(pattern, "a time", value) if isinstance(value, str) else value


def times(rule: dict[str, str]) -> list[float]:
    """Return every time in a rule, in milliseconds."""
    found = re.findall(r"(?<=\[)\d+\w+(?=\])|(?<=offset )\d+\w+", rule["expr"])
    found += [rule["for"]] if "for" in rule else []
    units = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
    parts = [re.fullmatch(r"(\d+)([a-z]+)", one) for one in found]
    lengths = [float(int(part[1]) * units[part[2]]) for part in parts if part]
    assert len(lengths) == len(found)
    products = re.findall(r"\b(\d+) \* (3600|120|60|2)\b", rule["expr"])
    return lengths + [float(int(number) * int(unit)) for number, unit in products]
