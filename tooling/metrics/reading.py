"""One reading of all samples, and what it says of hit rates and jobs."""

import time
from dataclasses import dataclass

from tooling.metrics.families import Sample

_HIT_BLOCKS_MIN = 1000
"""Fewer blocks than this say nothing about a hit rate."""


@dataclass(frozen=True)
class JobState:
    """A job: seconds since its last success, None before the first."""

    name: str
    state: str
    success_age: float | None
    exit_code: int | None


class Reading:
    """Samples by metric, with the time of their reading."""

    def __init__(self, samples: list[Sample]):
        self.at = time.time()
        self.by_metric: dict[str, list[Sample]] = {}
        for sample in samples:
            self.by_metric.setdefault(sample.metric, []).append(sample)

    def one(self, metric: str) -> float:
        """Return the value of a metric without labels; 0 if it was not read."""
        return next((sample.value for sample in self.by_metric.get(metric, ())), 0.0)

    def by(self, metric: str, label: str) -> dict[str, float]:
        """Return the values of a metric by one of its labels."""
        return {sample.labels[label]: sample.value for sample in self.by_metric.get(metric, ())}

    def age(self, metric: str) -> float | None:
        """Return how long ago a time was; None if it was not read."""
        return self.at - self.one(metric) if metric in self.by_metric else None


def hit_rate(now: Reading, metric: str) -> float | None:
    """Return the share of blocks found in memory; None if too few were asked for to tell."""
    blocks = now.by(metric, "result")
    asked = sum(blocks.values())
    return blocks["hit"] / asked if asked >= _HIT_BLOCKS_MIN else None


def jobs(now: Reading) -> list[JobState]:
    """Return every job, by name."""
    enabled, late = now.by("job_enabled", "job"), now.by("job_late", "job")
    failed, codes = now.by("job_failed", "job"), now.by("job_exit_code", "job")
    success = now.by("job_last_success_timestamp_seconds", "job")
    found = []
    for name in sorted(enabled):
        state = "off" if not enabled[name] else "late" if late.get(name) else "on time"
        if failed.get(name):
            state = "failed"
        age = now.at - success[name] if name in success else None
        found.append(JobState(name, state, age, int(codes[name]) if name in codes else None))
    return found
