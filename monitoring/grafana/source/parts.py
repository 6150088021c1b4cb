"""Panels and dashboards as data, and how they become what Grafana reads."""

import json
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import common, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as options
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = models.DataSourceRef(type_val="prometheus", uid="prometheus")
COLUMNS = 24
HEIGHT = 8
MIGRATED = "time() - eagle_migration_applied_timestamp_seconds < 60"


@dataclass(frozen=True)
class Graph:
    """Lines over time. `queries` are expressions with their legends; `wanted` draws a limit.

    Of a value that should be high, values below `wanted` are bad; else those above.
    """

    title: str
    description: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    wanted: float | None = None
    should_be_high: bool = False
    stacked: bool = False
    width: int = 12


@dataclass(frozen=True)
class Number:
    """The newest value, red above `bad` (or below, if it should be high)."""

    title: str
    description: str
    unit: str
    query: str
    bad: float | None = None
    should_be_high: bool = False
    width: int = 4


@dataclass(frozen=True)
class Rows:
    """A table of the newest values, the label columns named, the largest value first."""

    title: str
    description: str
    unit: str
    query: str
    columns: tuple[str, ...]
    value: str
    width: int = 24


Panel = Graph | Number | Rows


@dataclass(frozen=True)
class Dashboard:
    """A dashboard: sections of panels; the first has no heading."""

    uid: str
    title: str
    description: str
    sections: tuple[tuple[str, tuple[Panel, ...]], ...]


def render(one: Dashboard) -> str:
    """Return the JSON that Grafana provisions. Pure."""
    made = (
        builders.Dashboard(one.title)
        .uid(one.uid)
        .description(one.description)
        .tags(["eagle-sign"])
        .timezone("browser")
        .refresh("30s")
        .time("now-6h", "now")
        .readonly()
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .link(
            builders.DashboardLink("Eagle Sign")
            .type(models.DashboardLinkType.DASHBOARDS)
            .tags(["eagle-sign"])
            .as_dropdown(True)
            .keep_time(True)
        )
        .annotation(
            builders.AnnotationQuery()
            .name("Migrations")
            .datasource(SOURCE)
            .icon_color("blue")
            .expr(MIGRATED)
        )
    )
    for heading, panels in one.sections:
        if heading:
            made = made.with_row(builders.Row(heading))
        for panel in panels:
            made = made.with_panel(_panel(panel))
    content = json.loads(json.dumps(made.build(), cls=JSONEncoder))
    del content["style"]  # no longer in the schema
    # The Prometheus source's own key, which the SDK has no name for: what an annotation says.
    content["annotations"]["list"][0]["titleFormat"] = "{{migration}}"
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


def _panel(panel: Panel) -> Any:
    if isinstance(panel, Graph):
        return _graph(panel)
    return _number(panel) if isinstance(panel, Number) else _rows(panel)


def _graph(panel: Graph) -> timeseries.Panel:
    made = (
        timeseries.Panel()
        .title(panel.title)
        .description(panel.description)
        .datasource(SOURCE)
        .unit(panel.unit)
        .span(panel.width)
        .height(HEIGHT)
        .line_width(1)
        .fill_opacity(30 if panel.stacked else 5)
        .show_points(options.VisibilityMode.NEVER)
        .legend(
            common.VizLegendOptions()
            .display_mode(options.LegendDisplayMode.LIST)
            .placement(options.LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(
            common.VizTooltipOptions()
            .mode(options.TooltipDisplayMode.MULTI)
            .sort(options.SortOrder.DESCENDING)
        )
    )
    for number, (query, legend) in enumerate(panel.queries):
        made = made.with_target(
            Dataquery().expr(query).legend_format(legend).ref_id(chr(ord("A") + number)).range()
        )
    if panel.stacked:
        made = made.stacking(common.StackingConfig().mode(options.StackingMode.NORMAL).group("A"))
    if panel.wanted is not None:
        made = made.thresholds(_limit(panel.wanted, panel.should_be_high)).thresholds_style(
            common.GraphThresholdsStyleConfig().mode(options.GraphTresholdsStyleMode.LINE)
        )
    return made if panel.unit != "percentunit" else made.max(1)


def _number(panel: Number) -> stat.Panel:
    made = (
        stat.Panel()
        .title(panel.title)
        .description(panel.description)
        .datasource(SOURCE)
        .unit(panel.unit)
        .span(panel.width)
        .height(HEIGHT // 2)
        .color_mode(options.BigValueColorMode.VALUE)
        .graph_mode(options.BigValueGraphMode.NONE)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .with_target(Dataquery().expr(panel.query).ref_id("A").instant())
    )
    if panel.bad is None:
        return made
    return made.thresholds(_limit(panel.bad, panel.should_be_high))


def _rows(panel: Rows) -> table.Panel:
    order = {name: number for number, name in enumerate((*panel.columns, "Value"))}
    return (
        table.Panel()
        .title(panel.title)
        .description(panel.description)
        .datasource(SOURCE)
        .unit(panel.unit)
        .span(panel.width)
        .height(HEIGHT)
        .with_target(
            Dataquery().expr(panel.query).ref_id("A").instant().format(PromQueryFormat.TABLE)
        )
        .with_transformation(
            models.DataTransformerConfig(
                id_val="organize",
                options={
                    "excludeByName": {"Time": True},
                    "indexByName": order,
                    "renameByName": {"Value": panel.value},
                },
            )
        )
        .sort_by([common.TableSortByFieldState().display_name(panel.value).desc(True)])
    )


def _limit(value: float, should_be_high: bool) -> builders.ThresholdsConfig:
    below, above = ("red", "green") if should_be_high else ("green", "red")
    return (
        builders.ThresholdsConfig()
        .mode(models.ThresholdsMode.ABSOLUTE)
        .steps(
            [models.Threshold(color=below), models.Threshold(value=value, color=above)],
        )
    )
