"""`tooling docs`."""

import click

from tooling import printing
from tooling.cli import options


@click.group()
def command() -> None:
    """Write the generated pages of the documentation."""


@command.command()
@click.argument("pages", nargs=-1, type=click.Choice(["architecture", "cli", "schema"]))
@click.option("--check", is_flag=True, help="Write nothing; exit 10 if a page is not up to date.")
@options.dsn
def reference(pages: tuple[str, ...], check: bool, dsn: str | None) -> None:
    """Write docs/architecture.md, reference/cli.md and reference/schema.md, or the PAGES named.

    architecture is the packages and their imports, cli the help of the commands; neither needs a
    database. schema is the catalogue of a migrated
    one: tables, columns, types, functions, policies and rights, with their comments.

    \b
      tooling docs reference
      tooling docs reference --check cli
    """
    from tooling import settings
    from tooling.cli import group
    from tooling.database import connect
    from tooling.reference import architecture_page, cli_page
    from tooling.reference import pages as reference_pages

    project = settings.load()
    found = []
    for page in pages or reference_pages.PAGES:
        if page == "architecture":
            text = architecture_page.render()
        elif page == "cli":
            text = cli_page.render(group)
        else:
            with connect(dsn, role="eagle_migrator") as connection:
                text = reference_pages.schema(connection, project)
        found.append((project.root / reference_pages.PAGES[page], text))
    if check:
        reference_pages.check(found)
        return
    for file, text in found:
        written = reference_pages.write(file, text)
        name = file.relative_to(project.root)
        printing.say(f"{name}: {'written' if written else 'unchanged'}", err=True)
