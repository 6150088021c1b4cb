"""A body of PL/pgSQL: where its statements and branches are, and the same body that reports them.

The structure is read from tokens of PostgreSQL's scanner. PL/pgSQL itself ends a condition at the
first THEN or LOOP outside of parentheses, and a statement at the first semicolon there.
"""

from dataclasses import dataclass, field

from pgproof.sql import parser

_SCHEMA = "pgproof_coverage"
_FIELDS = {
    "state": "returned_sqlstate",
    "schema": "schema_name",
    "relation": "table_name",
    "type": "pg_datatype_name",
    "column": "column_name",
    "constraint": "constraint_name",
}
_CATCH = (
    f" declare {' '.join(f'pgproof_{name} text;' for name in _FIELDS)} begin get stacked"
    f" diagnostics {', '.join(f'pgproof_{name} = {item}' for name, item in _FIELDS.items())};"
    f" assert {_SCHEMA}.caught({', '.join(f'pgproof_{name}' for name in _FIELDS)}); end;"
)
_ASSIGNS = frozenset((":=", "=", ".", "["))
_ENDS = frozenset(("end", "else", "elsif", "elseif", "when", "exception"))
_LOOPS = frozenset(("while", "for", "foreach"))


@dataclass(frozen=True)
class Probe:
    """A place of a body that reports when it is reached; `line` counts from 1 in the body.

    `branch` says of which decision it is one way, and which; None of a statement.
    """

    line: int
    branch: str | None = None
    decision: int = 0


@dataclass
class Body:
    """The probes of a body in the order of its text, and the body that reports them."""

    source: str
    probes: list[Probe] = field(default_factory=list)
    handlers: list[int] = field(default_factory=list)
    """Where each exception handler begins."""
    inserted: list[tuple[int, str, int | None]] = field(default_factory=list)
    """What is written where; a number is that of the probe, for the braces in the text."""

    def instrumented(self, first: int) -> str:
        """Return the body that reports its probes, which are numbered from `first`."""
        added = [
            (place, text.format(number + first, number + first + 1))
            for place, text, number in self.inserted
            if number is not None
        ]
        return _with(self.source, added + [(place, _CATCH) for place in self.handlers])

    def catching(self) -> str:
        """Return the body that reports the errors that it handles, and nothing else."""
        return _with(self.source, [(place, _CATCH) for place in self.handlers])


def read(source: str) -> Body:
    """Read a body. Raises SyntaxProblem for one whose structure is not that of PL/pgSQL."""
    reader = _Reader(source)
    try:
        reader.block()
    except IndexError as error:
        raise parser.SyntaxProblem("the body ends too early", None) from error
    return reader.body


def _with(source: str, added: list[tuple[int, str]]) -> str:
    parts, last = [], 0
    for place, text in sorted(added, key=lambda one: one[0]):
        parts += [source[last:place], text]
        last = place
    return "".join((*parts, source[last:]))


class _Reader:
    """Goes through the tokens of a body, and notes its probes."""

    def __init__(self, source: str):
        words = parser.words(source)
        self._places = [slice(word.start, word.end) for word in words]
        self._words = [word.text.lower() for word in words]
        self._at = 0
        self._source = source
        self._decisions = 0
        self.body = Body(source)

    def block(self) -> None:
        """Read a block: its declarations, its statements and its handlers."""
        while self._word() == "#":  # An option, as of variable conflicts.
            self._at += 3
        self._label()
        if self._word() == "declare":
            while self._word() != "begin":
                self._skip(";")
        self._take("begin")
        self._statements()
        if self._word() == "exception":
            self._take("exception")
            decision = self._decide()
            while self._word() == "when":
                line = self._line()
                words = self._skip("then")
                self.body.handlers.append(self._end())
                self._branch(self._end(), line, f"{' '.join(words)}", decision)
                self._statements()
        self._take("end")
        if self._word() not in (";", ""):
            self._at += 1
        if self._word() == ";":
            self._at += 1

    def _statements(self) -> None:
        while self._word() and not (self._word() in _ENDS and not self._is_assigned()):
            self._statement()

    def _statement(self) -> None:
        place, line = self._start(), self._line()
        self._label()
        word = self._word()
        if word in ("declare", "begin"):
            self.block()
            return
        if word == ";":
            self._at += 1
            return
        self._probe(place, line)
        if self._is_assigned():
            self._skip(";")
        elif word == "if":
            self._if()
        elif word == "case":
            self._case()
        elif word in _LOOPS or word == "loop":
            self._loop()
        elif word in ("exit", "continue"):
            self._leave(line)
        else:
            self._skip(";")

    def _if(self) -> None:
        decision, line = self._decide(), self._line()
        self._at += 1
        self._skip("then")
        self._branch(self._end(), line, "then", decision)
        self._statements()
        while self._word() in ("elsif", "elseif"):
            own = self._line()
            self._skip("then")
            self._branch(self._end(), own, "elsif", decision)
            self._statements()
        if self._word() == "else":
            own = self._line()
            self._at += 1
            self._branch(self._end(), own, "else", decision)
            self._statements()
        else:
            self._branch(self._start(), line, "no branch", decision, " else")
        self._take("end")
        self._skip(";")

    def _case(self) -> None:
        decision = self._decide()
        self._at += 1
        self._skip("when", take=False)
        while self._word() == "when":
            line = self._line()
            words = self._skip("then")
            self._branch(self._end(), line, " ".join(words), decision)
            self._statements()
        if self._word() == "else":
            line = self._line()
            self._at += 1
            self._branch(self._end(), line, "else", decision)
            self._statements()
        self._take("end")
        self._skip(";")

    def _loop(self) -> None:
        decision, line, word = self._decide(), self._line(), self._word()
        self._skip("loop")
        if word in _LOOPS:
            self._branch(self._end(), line, "loop", decision)
        self._statements()
        self._take("end")
        self._skip(";")
        if word in _LOOPS:
            self._branch(self._end(), line, "end of loop", decision)

    def _leave(self, line: int) -> None:
        """Read `exit when` or `continue when`, whose condition decides."""
        name = self._word()
        while self._word() not in (";", "when", ""):
            self._at += 1
        if self._word() == "when":
            decision, start = self._decide(), self._end_of(self._at)
            number = len(self.body.probes)
            self.body.probes.append(Probe(line, name, decision))
            self.body.probes.append(Probe(line, f"no {name}", decision))
            self.body.inserted.append((start, f" {_SCHEMA}.decided({{}}, {{}}, (", number))
            while self._word() not in (";", ""):
                self._at += 1
            self.body.inserted.append((self._end(), "))", number))
        self._skip(";")

    def _probe(self, place: int, line: int) -> None:
        self.body.inserted.append((place, f"assert {_SCHEMA}.hit({{}}); ", len(self.body.probes)))
        self.body.probes.append(Probe(line))

    def _branch(self, place: int, line: int, name: str, decision: int, before: str = "") -> None:
        text = f"{before} assert {_SCHEMA}.hit({{}}); "
        self.body.inserted.append((place, text, len(self.body.probes)))
        self.body.probes.append(Probe(line, name, decision))

    def _decide(self) -> int:
        self._decisions += 1
        return self._decisions

    def _label(self) -> None:
        if self._word() == "<<":
            self._at += 3

    def _is_assigned(self) -> bool:
        """Whether the word is a variable that a value is assigned to, though it is a keyword."""
        return self._at + 1 < len(self._words) and self._words[self._at + 1] in _ASSIGNS

    def _skip(self, word: str, *, take: bool = True) -> list[str]:
        """Go on to a word outside of parentheses and, with `take`, behind it."""
        start, depth = self._at, 0
        while depth or self._word() != word:
            if not self._word():
                raise parser.SyntaxProblem(f"no {word}", None)
            depth += (self._word() in ("(", "[")) - (self._word() in (")", "]"))
            self._at += 1
        first = self._places[start].start if start < self._at else 0
        said = self._source[first : self._places[self._at].start].split()
        self._at += take
        return said

    def _take(self, word: str) -> None:
        if self._word() != word:
            raise parser.SyntaxProblem(f"{self._word()!r} where {word} is expected", None)
        self._at += 1

    def _word(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _start(self) -> int:
        return self._places[self._at].start

    def _end(self) -> int:
        """Return where the last token that was taken ends."""
        return self._end_of(self._at - 1)

    def _end_of(self, index: int) -> int:
        return int(self._places[index].stop)

    def _line(self) -> int:
        return self._source.count("\n", 0, self._start()) + 1
