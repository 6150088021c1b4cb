"""The review page: a plan as Markdown, for the pull request that brings the migrations."""

from collections.abc import Iterator

from pgproof.ahead.groups import faults, groups
from pgproof.ahead.locks import Effect, strength
from pgproof.ahead.plan import Plan, PlannedFile, PlannedStatement
from pgproof.ahead.sizes import Size
from pgproof.printing import markdown as marked
from pgproof.printing import markdown_code, plain

_UNITS = ("B", "kB", "MB", "GB", "TB")


def markdown(plan: Plan) -> str:
    """Return the page: a section a migration, a row a statement."""
    return "\n".join(_lines(plan)) + "\n"


def size_of(plan: Plan, relation: str) -> str:
    """Say how large a relation is, or that it is new; nothing where no size is known."""
    if not relation or not plan.sizes:
        return ""
    size = plan.sizes.get(relation)
    return "new" if size is None else human(size)


def human(size: Size) -> str:
    """Return bytes in the largest fitting unit, and rows."""
    value, unit = float(size.bytes), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.0f} {_UNITS[unit]}, {size.rows:,} rows"


def work_of(effect: Effect) -> str:
    """Say whether an effect rewrites or scans."""
    words = [
        word for word, is_so in (("rewrite", effect.rewrites), ("scan", effect.scans)) if is_so
    ]
    return " + ".join(words)


def waits_of(statement: PlannedStatement) -> str:
    """Say how a statement runs: in a transaction or not, and how long it waits for locks."""
    where = "transaction" if statement.in_transaction else "alone"
    return f"{where}, waits {statement.lock_timeout or 'without limit'}"


def _lines(plan: Plan) -> Iterator[str]:
    yield "# Pending migrations"
    yield ""
    if not plan.files:
        yield "None."
    for one in plan.unknown:
        yield f"Not known: {marked(one)}."
        yield ""
    for file in plan.files:
        yield from _section(plan, file)
    if plan.repeatables:
        yield f"Run around them: {', '.join(map(markdown_code, plan.repeatables))}."
    if plan.files:
        yield ""
        yield f"Reviewed as it stands: `--reviewed {plan.digest}`"
    if not plan.linted:
        yield ""
        yield "squawk is not installed: no findings."


def fenced(text: str, language: str = "text") -> Iterator[str]:
    """Yield a text as it stands, in a fence that is longer than any in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    yield f"{fence}{language}"
    yield from map(plain, text.splitlines())
    yield fence


def _strongest(file: PlannedFile) -> dict[str, str]:
    """Return the strongest lock that a file takes on each relation."""
    found: dict[str, str] = {}
    for statement in file.statements:
        for effect in statement.effects:
            before = found.get(effect.relation, "")
            found[effect.relation] = max(before, effect.lock, key=strength)
    return found


def _section(plan: Plan, file: PlannedFile) -> Iterator[str]:
    yield f"## {marked(file.id)}"
    yield ""
    if file.about:
        yield from fenced(file.about)
        yield ""
    how = "One transaction." if file.transactional else "Statement by statement, journalled."
    back = f" Irreversible: {marked(file.irreversible)}." if file.irreversible else ""
    yield how + back + (f" {file.done} statements are done already." if file.done else "")
    yield ""
    for relation, lock in _strongest(file).items():
        if relation in plan.sizes:
            yield f"- {lock} on {marked(relation)} ({size_of(plan, relation)})"
    yield ""
    yield "| # | line | statement | lock | on | size | work | note | runs |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for group in groups(file):
        statement = group.first
        for effect, where in group.effects(plan):
            cells = (
                str(statement.number),
                str(statement.line),
                markdown_code(group.words),
                effect.lock,
                marked(where),
                size_of(plan, effect.relation),
                work_of(effect),
                marked(effect.note),
                waits_of(statement),
            )
            yield f"| {' | '.join(cells)} |"
    yield ""
    for statement in file.statements:
        if statement.difference:
            yield f"Statement {statement.number} changes a definition:"
            yield ""
            yield from fenced("\n".join(statement.difference), "diff")
            yield ""
    for finding, place in faults(file.findings):
        yield f"- {place}: **{marked(finding.rule)}** {marked(finding.message)}"
    for one in file.ignored:
        yield f"- line {one.line}: {marked(str(one))}"
    if file.findings or file.ignored:
        yield ""
    for line in file.restores:
        yield f"- The rollback {marked(line)}."
    if file.restores:
        yield ""
