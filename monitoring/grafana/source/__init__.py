"""The dashboards, from which `python -m monitoring.grafana.source` writes dashboards/*.json."""
