"""`tooling docs`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.group()
def command() -> None:
    """Generate pages of the documentation."""


@command.command()
@click.argument("pages", nargs=-1, type=click.Choice(["architecture", "cli", "schema"]))
@click.option("--check", is_flag=True, help="Write nothing; compare the pages.")
@options.dsn
def reference(pages: tuple[str, ...], check: bool, dsn: str | None) -> None:
    """Generate the reference pages, or those of PAGES.

    architecture describes the packages and their imports, cli the commands; they need no database.
    schema describes the objects of a migrated database, with their privileges and comments. Exit
    code: 10 if --check finds a page that is not up to date.

    \b
      tooling docs reference
      tooling docs reference --check cli
    """
    from tooling import settings
    from tooling.cli import group
    from tooling.database import MIGRATOR, connect
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
            with connect(options.resolve(dsn), role=MIGRATOR) as connection:
                text = reference_pages.schema(connection, project)
        found.append((project.root / reference_pages.PAGES[page], text))
    if check:
        reference_pages.check(found)
        return
    for file, text in found:
        written = reference_pages.write(file, text)
        name = file.relative_to(project.root)
        printing.say(f"{name}: {'written' if written else 'unchanged'}", err=True)


@command.command()
@click.argument("file", type=options.FILE)
@click.argument("commands", nargs=-1, required=True)
@click.option("--title", default="Eagle Sign database", help="Title of the terminal.")
def recording(file: Path, commands: tuple[str, ...], title: str) -> None:
    """Run COMMANDS, and write them with what they print as SVG to FILE.

    They are commands of the shell, and run in the folder of the project.

    \b
      tooling docs recording docs/images/start.svg 'tooling status | tail -n 3'
    """
    from tooling import settings
    from tooling.reference import recording as pictures

    text = pictures.record(commands, settings.find_root(), title)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    printing.say(file)
