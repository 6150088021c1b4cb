"""`tooling bench-indexes`."""

import json
from pathlib import Path

import click


@click.command()
@click.option("--projects", default=100_000, show_default=True, help="How many projects to fill.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("build/bench-indexes.json"),
    show_default=True,
    help="Where the figures go.",
)
@click.option("--docs", is_flag=True, help="Write the page of the docs, too.")
def command(projects: int, output: Path, docs: bool) -> None:
    """Measure what each index of app serves, how large it is, and what it costs a write.

    Fills a server of its own, sends every query class and request of the benchmarks, and asks the
    server which indexes they scanned.

    \b
    tooling bench-indexes --projects 20000
    """
    from tooling.bench import indexes, indexes_page
    from tooling.embedded import temporary_server

    with temporary_server(indexes.SETTINGS, durable=True) as server:
        document = indexes.run(server, projects, lambda step: click.echo(step, err=True))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    click.echo(indexes_page.page(document))
    if docs:
        indexes_page.write(document)
