"""Blocks of projects, made by several processes and handed over in order."""

import random
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from multiprocessing import get_context

from tooling.laboratory.synthetic import accounts, encode, lives
from tooling.laboratory.synthetic.dataset import Dataset

_AHEAD = 2


@dataclass(frozen=True)
class Part:
    """A COPY stream for a table, or for its partition of a module, and how many rows it has."""

    table: str
    module: str
    rows: int
    stream: bytes


@dataclass(frozen=True)
class Block:
    """The parts of some projects, and a hash over their streams."""

    parts: list[Part]
    sha256: bytes


def make(dataset: Dataset, number: int) -> Block:
    """Return a block; the same for the same dataset and number, whoever makes it and when."""
    source = random.Random(f"{dataset.seed}:block:{number}")  # noqa: S311
    joins, rows = _joins(dataset), lives.Rows()
    for moment, index in dataset.arrivals(number, source, joins):
        lives.live(rows, source, _account(dataset.seed, index, joins[index]), moment, dataset.end)
    parts = [
        Part(table, module, len(lines), encode.stream(lines))
        for table, module, lines in rows.parts()
    ]
    return Block(parts, sha256(b"".join(part.stream for part in parts)).digest())


def all_blocks(dataset: Dataset, processes: int) -> Iterator[Block]:
    """Yield every block in order. A few are made ahead; memory does not grow with the dataset."""
    numbers = dataset.blocks()
    if processes < 2 or len(numbers) < 2 * processes:
        yield from (make(dataset, number) for number in numbers)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting: deque[Future[Block]] = deque()
        for number in numbers:
            waiting.append(pool.submit(make, dataset, number))
            if len(waiting) > processes * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@cache
def _joins(dataset: Dataset) -> list[int]:
    return dataset.joins()


@cache
def _account(seed: int, number: int, joined: int) -> accounts.Account:
    return accounts.account(seed, number, joined)
