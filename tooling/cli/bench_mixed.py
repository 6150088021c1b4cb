"""`tooling bench-mixed`."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import click


@click.command()
@click.option("--projects", default=100_000, show_default=True, help="How many projects to fill.")
@click.option("--clients", default=16, show_default=True, help="Clients of the main measurement.")
@click.option("--seconds", default=30, show_default=True, help="Length of a measurement.")
@click.option(
    "--curve", default="1,4,16,64", show_default=True, help="Numbers of clients; empty for none."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("build/bench-mixed.json"),
    show_default=True,
    help="Where the figures go.",
)
def command(projects: int, clients: int, seconds: int, curve: str, output: Path) -> None:
    """Measure a write-heavy mix of requests, fully durable, against plain tables.

    Create, save a design, move a status, append an event, read a dashboard; ours with row security,
    audit triggers and hash chain. The curve is measured beside pgbench's own tpcb-like.

    \b
    tooling bench-mixed --projects 20000 --seconds 10 --curve ''
    """
    from tooling.bench import mixed, run
    from tooling.embedded import temporary_server

    settings = {**run.SETTINGS, "max_connections": 100}
    with (
        temporary_server(settings, durable=True) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        targets = run.fill(server, "mixed", projects, lambda step: click.echo(step, err=True))
        sides = {
            side: mixed.write_scripts(Path(folder), side, targets) for side in ("ours", "baseline")
        }
        rates: dict[str, mixed.Rate] = {}
        for side in ("baseline", "ours", "baseline", "ours"):
            click.echo(f"{side}, {clients} clients", err=True)
            rates[side] = mixed.run(server, "mixed", sides[side], clients, seconds)
        points = [int(point) for point in curve.split(",") if point]
        tpcb = mixed.initialize_tpcb(server) if points else []
        shape = [
            {
                "ours": asdict(mixed.run(server, "mixed", sides["ours"], point, seconds)),
                "tpcb": asdict(mixed.run(server, "postgres", tpcb, point, seconds, "postgres")),
            }
            for point in points
        ]
    document = {
        "projects": projects,
        "ours": asdict(rates["ours"]),
        "baseline": asdict(rates["baseline"]),
        "ratio": round(rates["ours"].tps / rates["baseline"].tps, 2),
        "curve": shape,
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps(document))
