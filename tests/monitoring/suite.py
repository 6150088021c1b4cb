"""All cases, and the order in which they are tried."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.monitoring import (  # noqa: F401
    faults_backups,
    faults_data,
    faults_performance,
    faults_server,
    faults_storage,
)
from tests.monitoring.case import CASES, Case, Verdict, try_out
from tests.monitoring.stack import Stack


def together() -> list[Case]:
    """Return the cases that do not disturb each other."""
    return [one for one in CASES if not one.alone]


def alone() -> list[Case]:
    """Return the other cases, in their order."""
    return sorted((one for one in CASES if one.alone), key=lambda one: one.order)


def run(stack: Stack, cases: Sequence[Case]) -> Iterator[list[Verdict]]:
    """Try cases out, those that may at the same time; yield what became of the alerts of each."""
    at_once = [one for one in cases if not one.alone]
    if at_once:
        with ThreadPoolExecutor(len(at_once)) as pool:
            yield from pool.map(lambda one: try_out(one, stack), at_once)
    for one in alone():
        if one in cases:
            yield try_out(one, stack)
