"""`pgproof review`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.errors import Exit
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.review.records import Remark, Review

_TEXT = 2


@click.command(cls=outcome.Command)
@options.settings(
    *options.CONNECTED, *options.REPEATABLES, "search_path", "session", "reviews", "budgets"
)
@options.dsn
@click.option(
    "--scratch",
    metavar="URL",
    help="Server to make scratch databases on, if not that of the database.",
)
@click.option(
    "--replay",
    is_flag=True,
    help="Measure on copies that the applied migrations make, even if the database is small.",
)
@click.option(
    "--only", metavar="ID", multiple=True, help="Review this migration alone; others are run."
)
@click.option(
    "--base",
    metavar="REV",
    help="Revision of git to merge into: apply its new migrations and ours in both orders.",
)
@options.target("--html", "Write the page for people; it needs no other file.")
@options.target("--markdown", "Write the comment for a pull request; - is stdout.")
@options.target("--sarif", "Write the findings as SARIF 2.1.0.")
@options.target("--gitlab", "Write the findings as a Code Quality report of GitLab.")
@click.option(
    "--json",
    "document",
    metavar="FILE",
    is_flag=False,
    flag_value="-",
    help="Write everything as JSON; without FILE, as one object on stdout.",
)
@click.option(
    "--record",
    is_flag=True,
    help="Record the review in the folder of the setting `reviews`; see `require_reviewed`.",
)
def command(
    settings: Settings,
    dsn: str | None,
    scratch: str | None,
    replay: bool,
    only: tuple[str, ...],
    base: str | None,
    html: str | None,
    markdown: str | None,
    sarif: str | None,
    gitlab: str | None,
    document: str | None,
    record: bool,
) -> int:
    """Review what is pending, and give a verdict.

    Each pending file is planned, run on scratch copies of the database, rolled back and applied
    again; the schema before and after is compared, and with --base that of both orders of merging.
    The verdict is `no` if a file fails, cannot be
    rolled back as it says, or exceeds a budget of the settings. The database itself is read, and
    nothing in it is changed. A review is bound to the bytes of the files and to the schema of the
    database. Exit code: 0 if the verdict is yes, 23 if it is no.

    \b
      pgproof review
      pgproof review --html build/review.html --sarif build/review.sarif
      pgproof review --base origin/main
      pgproof review --record
    """
    from pgproof.order.prove import prove
    from pgproof.report import progress
    from pgproof.review import formats
    from pgproof.review.collect import review

    if record and only:
        raise click.UsageError("--record is for a review of all that is pending, without --only")
    targets = (html, markdown, sarif, gitlab, document)
    options.prepare_targets(targets)
    conninfo, prepare = options.scratch(dsn, settings), options.preparing(settings)
    found = review(
        conninfo,
        settings,
        scratch=scratch,
        only=only,
        replay=replay,
        order=prove(settings, scratch or conninfo, base, prepare=prepare) if base else None,
        report=progress,
        prepare=prepare,
    )
    exit_code = Exit.OK if found.passes else Exit.DISAPPROVED
    top = formats.repository_of(settings.root)
    texts: tuple[Callable[[], str], ...] = (
        lambda: _page(found),
        lambda: _markdown(found),
        lambda: printing.as_json(formats.sarif(found, top)),
        lambda: printing.as_json(formats.quality(found, top)),
        lambda: printing.as_json(formats.document(found)),
    )
    for target, text in zip(targets, texts, strict=True):
        if target is not None and (target, text) != ("-", texts[-1]):
            options.write(target, text())
    if record:
        from pgproof.reviewed import record as records
        from pgproof.reviewed.check import folder

        printing.say(f"recorded: {records.write(found.record, folder(settings))}", err=True)
    if document == "-":
        outcome.result(formats.document(found), exit_code)
    elif "-" not in targets:
        _show(found)
    return int(exit_code)


def _page(found: "Review") -> str:
    from pgproof.review.page import html

    return html(found)


def _markdown(found: "Review") -> str:
    from pgproof.review.markdown import markdown

    return markdown(found)


def _show(found: "Review") -> None:
    from pgproof.review.records import Level
    from pgproof.review.summary import COLUMNS, headline, row_of, said_of

    printing.say_heading(headline(found), "")
    printing.say(said_of(found), err=True)
    for level in (Level.NO, Level.CAUTION):
        printing.say(*map(_said, found.of_level(level)))
    if found.files:
        rows = [COLUMNS, *map(row_of, found.files)]
        printing.say("", *printing.columns(rows, shrink=_TEXT))
    notes = found.of_level(Level.NOTE)
    if notes:
        printing.say(f"{len(notes)} notes are in --html, --markdown and --json", err=True)
    printing.say(f"record {found.record.digest}; {found.seconds:.1f} s", err=True)


def _said(one: "Remark") -> str:
    place = f"{one.migration}:{one.line}: " if one.line else f"{one.migration}: "
    return f"  {one.level}: {place if one.migration else ''}{one.rule}: {one.message}"
