"""What the checks begin with: a scratch database, and the migrations that it goes through."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from pgproof.errors import InputError
from pgproof.files.folder import Folder, read
from pgproof.files.problem import refuse
from pgproof.files.script import Migration
from pgproof.ledger import compare
from pgproof.ledger.reader import reading
from pgproof.run.baseline import baseline
from pgproof.scratch import copies
from pgproof.scratch.databases import Databases
from pgproof.scratch.source import Source, base
from pgproof.scratch.steps import UNRECORDED, Steps
from pgproof.settings import Settings


@dataclass(frozen=True)
class Start:
    """A scratch database. `migrations` are applied one by one; of them `checked` are checked."""

    conninfo: str
    copied: str
    steps: Steps
    migrations: Sequence[Migration]
    checked: frozenset[str]
    has_data: bool


def start(
    stack: ExitStack,
    made: Databases,
    conninfo: str,
    settings: Settings,
    source: Source,
    only: Sequence[str],
    *,
    every: bool,
    prepare: copies.Prepare,
) -> Start:
    """Make the scratch database. Raises RefusedError for everything that `migrate` would refuse.

    Checked is what is pending, with `every` all; with `only` those, applied or not.
    """
    folder = read(settings.migrations, settings.program)
    template = copies.of_database(made, source.template) if source.template else None
    work = _work(template or source.schema_of or conninfo, settings, folder)
    unknown = [one for one in only if one not in {each.id for each in work.ordered}]
    if unknown:
        raise InputError(
            f"there is no migration {unknown[0]!r}",
            hint=f"`{settings.program} status` shows those of the folder.",
        )
    pending = {one.id for one in work.pending}
    chosen = set(only) or ({one.id for one in work.ordered} if every else pending)
    anew = every or not chosen <= pending
    first = next((n for n, one in enumerate(work.ordered) if one.id in chosen), 0)
    before = [
        one
        for place, one in enumerate(work.ordered)
        if (place < first if anew else one.id not in pending)
    ]
    after = [one for one in work.ordered if one not in before]
    while after and only and after[-1].id not in chosen:
        after.pop()
    if template:
        copied, found = f"the database {source.template}, with its data", template
    elif not before and (anew or not copies.has_objects(conninfo)) and not source.schema_of:
        copied, found = "an empty database", made.create()
    else:
        source = replace(source, replay=source.replay or anew)
        copied, found = base(made, conninfo, settings, before, source, prepare)
    here = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pgproof-")))
    alone = settings.of_scratch(here, after=())
    for one in before:
        copies.put(here, one)
    own = prepare(found)
    if source.schema_of and before:
        baseline(own, alone, before[-1].id, options=UNRECORDED)
    steps = Steps(own, alone)
    if not before:
        steps.begin()
    return Start(found, copied, steps, after, frozenset(chosen), "with its data" in copied)


def _work(conninfo: str, settings: Settings, folder: Folder) -> compare.Work:
    with reading(conninfo, settings, folder) as reader:
        state = reader.known.state
        work = compare.compare(folder, state, allow_out_of_order=True)
        compare.check(folder, state, work, settings.program)
    refuse(list(folder.problems))
    return work
