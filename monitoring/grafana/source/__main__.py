"""Write the dashboards: python -m monitoring.grafana.source."""

from pathlib import Path

from monitoring.grafana.source.operations import OPERATIONS
from monitoring.grafana.source.parts import render
from monitoring.grafana.source.recovery import RECOVERY
from monitoring.grafana.source.statements import STATEMENTS
from monitoring.grafana.source.storage import STORAGE
from monitoring.grafana.source.upkeep import UPKEEP

FOLDER = Path(__file__).resolve().parents[1] / "dashboards"
DASHBOARDS = (OPERATIONS, STATEMENTS, STORAGE, RECOVERY, UPKEEP)


def files() -> dict[str, str]:
    """Return the content of each file by its name."""
    return {f"{one.uid.removeprefix('eagle-')}.json": render(one) for one in DASHBOARDS}


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
