"""What is wrong with the log, and where."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Problem:
    """Where the log, its evidence or what guards it is not as it was made, and how.

    Without account and project it is about the database as a whole.
    """

    chain_account_id: UUID | None
    chain_project_id: UUID | None
    chain_position: int | None
    event_id: UUID | None
    problem: str

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; ids as text."""
        return {
            key: str(value) if isinstance(value, UUID) else value
            for key, value in asdict(self).items()
        }


def whole(problem: str) -> Problem:
    """Return a problem of the database as a whole."""
    return Problem(None, None, None, None, problem)
