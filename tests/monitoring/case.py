"""What a case is: a fault that is really planted, the alerts it is to raise, and its mending."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tests.monitoring.stack import Stack

Fault = Callable[[Stack], Iterator[None]]


@dataclass(frozen=True)
class Case:
    """A fault. Cases that disturb others run alone; the one that ends the log runs last."""

    alerts: tuple[str, ...]
    how: str
    fault: Fault
    labels: Mapping[str, str]
    alone: bool
    order: int

    @property
    def name(self) -> str:
        return self.fault.__name__


@dataclass(frozen=True)
class Verdict:
    """What became of an alert: fired, cleared, and after how many seconds of the faster time.

    `told` is where Alertmanager sent it: page or ticket, or inhibited; `said` is its description.
    """

    alert: str
    how: str
    fired: bool
    fired_after: float
    told: str
    said: str
    cleared: bool
    cleared_after: float
    problem: str | None = None

    @property
    def is_good(self) -> bool:
        """Tell whether it fired, was told to whom it should be in words, and cleared."""
        words = bool(self.said) and "<" not in self.said
        return self.fired and bool(self.told) and words and self.cleared and self.problem is None


CASES: list[Case] = []


def case(
    how: str, *alerts: str, alone: bool = False, order: int = 0, **labels: str
) -> Callable[[Fault], Fault]:
    """Add the decorated fault: it plants, yields while the alerts are awaited, and mends.

    `how` says so in words; the alerts have the labels.
    """

    def add(fault: Fault) -> Fault:
        CASES.append(Case(alerts, how, fault, labels, alone, order))
        return fault

    return add


def try_out(one: Case, stack: Stack) -> list[Verdict]:
    """Plant the fault, wait for its alerts, mend it, wait until they have cleared."""
    firing: dict[str, float] = {}
    cleared: dict[str, float] = {}
    told: dict[str, str] = {}
    words: dict[str, str] = {}
    problem = None
    try:
        _wait(one, stack, cleared, fires=False)
        cleared.clear()
        since = len(stack.inbox.received)
        planted = one.fault(stack)
        next(planted)
        try:
            _wait(one, stack, firing, fires=True)
            for alert in one.alerts:
                firing_one = stack.prometheus.firing(alert, **one.labels)[0]
                words[alert] = firing_one["annotations"]["description"]
                severity = firing_one["labels"]["severity"]
                said = f"{alert} to arrive as a {severity}, or to be inhibited"
                stack.prometheus.wait_for(lambda: _told(stack, alert, severity, since, told), said)  # noqa: B023
        finally:
            next(planted, None)
        _wait(one, stack, cleared, fires=False)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    return [
        Verdict(
            alert,
            one.how,
            alert in firing,
            round(firing.get(alert, 0), 1),
            told.get(alert, ""),
            words.get(alert, ""),
            alert in firing and alert in cleared,
            round(cleared.get(alert, 0), 1),
            problem,
        )
        for alert in one.alerts
    ]


def _wait(one: Case, stack: Stack, seen: dict[str, float], *, fires: bool) -> None:
    began = time.monotonic()

    def look() -> bool:
        for alert in one.alerts:
            if bool(stack.prometheus.firing(alert, **one.labels)) == fires:
                seen.setdefault(alert, time.monotonic() - began)
        return len(seen) == len(one.alerts)

    missing = "to fire" if fires else "to clear"
    stack.prometheus.wait_for(look, f"{', '.join(one.alerts)} {missing}")


def _told(stack: Stack, alert: str, severity: str, since: int, told: dict[str, str]) -> bool:
    if (f"/{severity}", "firing", alert) in stack.inbox.received[since:]:
        told[alert] = severity
    elif alert in stack.alertmanager.suppressed():
        told[alert] = "inhibited"
    return alert in told
