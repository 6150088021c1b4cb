"""What a run may be told beside its settings, and what it answers."""

from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Options:
    """How patient the runner is, and what it lets pass. Waits are in seconds."""

    wait: float = 300.0
    orphan_wait: float = 30.0
    lock_timeout: str | None = None
    lock_attempts: int | None = None
    allow_out_of_order: bool = False
    resume: tuple[str, int] | None = None
    dry_run: bool = False
    unreviewed: str | None = None
    """Why the run needs no review; the ledger notes it with each file."""
    record: bool = True
    """Whether the ledger is told the objects that the run changes."""


@dataclass
class Result:
    """What a run did. `already` counts the migrations that were applied before it."""

    applied: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    commented: list[str] = field(default_factory=list)
    rolled_back: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    restores: list[str] = field(default_factory=list)
    already: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """Return the fields for JSON."""
        return asdict(self)
