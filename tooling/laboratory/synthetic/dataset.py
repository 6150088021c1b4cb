"""What is to be generated, and how it divides into blocks that do not depend on each other."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

BLOCK = 2_500
PROJECTS_PER_ACCOUNT = 250
YEARS = 3
UNTIL = datetime(2026, 1, 1, tzinfo=UTC)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
DAY = 86_400 * SECOND
YEAR = 365 * DAY

# The n-th largest account has a share proportional to n ** -0.8: of 4,000 accounts the largest has
# about 4 % of the projects, and half of the projects belong to 200 of them. An account's size does
# not depend on how many others there are.
_SKEW = 5
# The projects made by a time grow as time ** (1 / 0.6): three years of growing business.
_GROWTH = 0.6
# A third of the accounts is there from the start, the largest among them; the last ones join after
# half of the time.
_FOUNDERS = range(3)
_EARLY = 0.3
_LAST_JOIN = 0.8


@dataclass(frozen=True)
class Dataset:
    """How many projects, from which seed, ending when. Times are microseconds since EPOCH."""

    projects: int
    seed: int
    until: datetime = UNTIL

    @property
    def accounts(self) -> int:
        """Return the number of accounts."""
        return max(3, round(self.projects / PROJECTS_PER_ACCOUNT))

    @property
    def end(self) -> int:
        """Return the time at which nothing happens any more."""
        return int((self.until - EPOCH).total_seconds()) * SECOND

    @property
    def start(self) -> int:
        """Return the time of the first project."""
        return self.end - YEARS * YEAR

    def blocks(self) -> range:
        """Return the numbers of the blocks."""
        return range(-(-self.projects // BLOCK))

    def joins(self) -> list[int]:
        """Return the time at which each account joins; the largest is first, and early."""
        draw = random.Random(f"{self.seed}:joins").random  # noqa: S311
        span = (self.end - self.start) * _LAST_JOIN
        return [
            self.start + int(max(0.0, draw() - _EARLY) * span) * (number not in _FOUNDERS)
            for number in range(self.accounts)
        ]

    def arrivals(
        self, block: int, draw: random.Random, joins: list[int]
    ) -> Iterator[tuple[int, int]]:
        """Yield the time of creation and the account's number of each project of a block."""
        span, uniform = self.end - self.start, draw.random
        reach = (self.accounts + 1) ** (1 / _SKEW) - 1
        for number in range(block * BLOCK, min((block + 1) * BLOCK, self.projects)):
            share = (number + uniform()) / self.projects
            moment = self.start + int(span * share**_GROWTH)
            for _ in range(20):
                account = min(int((1 + reach * uniform()) ** _SKEW), self.accounts) - 1
                if joins[account] <= moment:
                    break
            else:
                account = int(uniform() * len(_FOUNDERS))
            yield moment, account
