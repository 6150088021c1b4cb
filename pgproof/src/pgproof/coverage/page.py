"""What was measured as one page of HTML, with the source of each function marked."""

from collections.abc import Iterator
from html import escape

from pgproof.coverage.records import KINDS, PLURALS, Coverage, Measured, Object, Way, percent, ran
from pgproof.printing import plain

_STYLE = """
:root { color-scheme: light dark; --back: #fff; --text: #1d2129; --soft: #5c6470; --line: #d9dde3;
  --ran: #2f8f4e; --none: #fbe1df; --none-edge: #c0392b; --part: #fdf1cd; --part-edge: #b7860b }
@media (prefers-color-scheme: dark) {
  :root { --back: #16191e; --text: #e4e7ec; --soft: #9aa3af; --line: #333a44;
    --ran: #53b374; --none: #4a2323; --none-edge: #ea7a6d; --part: #43391b; --part-edge: #dcb04a } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem; max-width: 70rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
p { margin: .3rem 0; color: var(--soft) }
table { border-collapse: collapse; width: 100%; max-width: 34rem; margin-top: 1rem }
th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid var(--line) }
th:first-child, td:first-child { text-align: left; padding-left: 0 }
details { border-bottom: 1px solid var(--line); padding: .35rem 0 }
summary { cursor: pointer } summary small { color: var(--soft); display: block }
ul { margin: .3rem 0; padding-left: 1.2rem } li small { color: var(--soft) }
pre { margin: .5rem 0; overflow-x: auto; font: 13px/1.5 ui-monospace, monospace }
pre span { display: block; white-space: pre; min-width: max-content; padding-right: 1rem;
  border-left: 4px solid transparent }
pre i { display: inline-block; width: 3.2em; padding-right: .8em; text-align: right;
  color: var(--soft); font-style: normal; user-select: none }
pre b { color: var(--part-edge); font-weight: 600 }
.ran { border-left-color: var(--ran) }
.none { border-left-color: var(--none-edge); background: var(--none) } .none b { color: inherit }
.part { border-left-color: var(--part-edge); background: var(--part) }
"""


def page(found: Coverage) -> str:
    """Return the page. It loads nothing, and is readable in light and dark, and on a phone."""
    said = "".join(_parts(found))
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Coverage by tests</title>\n<style>{_STYLE}</style>\n"
        f"<body>\n{said}</body>\n</html>\n"
    )


def _parts(found: Coverage) -> Iterator[str]:
    assertions = sum(one.assertions for one in found.files)
    yield "<h1>What the tests of the schema cover</h1>\n"
    yield (
        f"<p>PostgreSQL {_text(found.version)}: {assertions:,} assertions in {len(found.files):,}"
        " files. A number before a line is how many files run it.</p>\n"
    )
    if found.failed:
        yield "<h2>Tests that fail</h2>\n<ul>\n"
        for file in found.failed:
            yield f"<li>{_text(file.name)} <small>{_text(file.fault)}</small></li>\n"
        yield "</ul>\n"
    yield "<table>\n<tr><th></th><th>covered</th><th>of</th><th>%</th></tr>\n"
    for name, (covered, count) in totals(found).items():
        yield (
            f"<tr><td>{name}</td><td>{covered:,}</td><td>{count:,}</td>"
            f"<td>{percent(covered, count):.1f}</td></tr>\n"
        )
    yield "</table>\n"
    for kind in KINDS:
        missing = [one for one in told(found) if one.kind == kind]
        if missing:
            yield f"<h2>{_plural(kind).capitalize()} that no test covers</h2>\n<ul>\n"
            for one in missing:
                yield f"<li>{_text(one.name)} <small>{_text(one.missing)}</small></li>\n"
            yield "</ul>\n"
    if found.functions:
        yield "<h2>Functions</h2>\n"
    by_gaps = sorted(found.functions, key=lambda one: (-_gaps(one), one.name))
    for function in by_gaps:
        yield from _function(function)
    if found.unmeasured:
        yield "<h2>Not measured</h2>\n<ul>\n"
        yield from (f"<li>{_text(one)}</li>\n" for one in found.unmeasured)
        yield "</ul>\n"


def told(found: Coverage) -> list[Object]:
    """Return the objects that are not covered, without the columns of tables that are not."""
    tables = {one.name for one in found.uncovered if one.kind == "table"}
    return [
        one
        for one in found.uncovered
        if one.kind != "column" or one.name.rpartition(".")[0] not in tables
    ]


def totals(found: Coverage) -> dict[str, tuple[int, int]]:
    """Return the rows of the summary: covered, and of how many."""
    return {
        **{_plural(kind): counts for kind, counts in found.by_kind().items()},
        "statements": (ran(found.statements), len(found.statements)),
        "branches": (ran(found.branches), len(found.branches)),
    }


def _plural(kind: str) -> str:
    return PLURALS.get(kind, f"{kind}s")


def _function(function: Measured) -> Iterator[str]:
    where = f"{function.file}:{function.first}" if function.file else "in no file of the project"
    yield (
        f"<details{' open' if _gaps(function) else ''}>\n<summary>{_text(function.name)}<small>"
        f"{ran(function.statements)} of {len(function.statements)} statements,"
        f" {ran(function.branches)} of {len(function.branches)} branches; {_text(where)}"
        "</small></summary>\n<pre>"
    )
    ways: dict[int, list[Way]] = {}
    for way in function.ways:
        ways.setdefault(way.line, []).append(way)
    for number, line in enumerate(function.source.splitlines(), 1):
        yield _line(number, line, ways.get(number, []))
    yield "</pre>\n</details>\n"


def _line(number: int, line: str, ways: list[Way]) -> str:
    """Return a line with its number of tests; the branches that none took are named."""
    missing = [way for way in ways if not way.tests]
    state = "" if not ways else "ran" if not missing else "part"
    if missing and (len(missing) == len(ways) or any(way.branch is None for way in missing)):
        state = "none"
    count = str(max(way.tests for way in ways)) if ways else ""
    never = ", ".join(way.branch for way in missing if way.branch)
    note = f"  <b>never: {_text(never)}</b>" if never else ""
    title = f' title="line {number}"'
    return f'<span class="{state}"{title}><i>{count}</i>{_text(line.expandtabs())}{note}</span>'


def _gaps(function: Measured) -> int:
    return sum(not way.tests for way in function.ways)


def _text(text: object) -> str:
    return escape(plain(text))
