"""Decide what becomes of each section of a file: kept, kept with doubts, or left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tooling.catalog.agreement import SEARCHED, Fault, faults
from tooling.catalog.designated import LABEL
from tooling.catalog.dictionary import Dictionary
from tooling.catalog.entries import Entry, Place, merged
from tooling.catalog.misprints import is_misprint
from tooling.catalog.report import Discrepancy


@dataclass(frozen=True)
class Checked:
    """A section that is kept, the sentences about its doubted values, and the names of these."""

    entry: Entry
    doubts: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()
    set_apart: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def check(
    found: Iterable[Entry], existing: Mapping[str, Entry], edition: str, dictionary: Dictionary
) -> tuple[list[Checked], list[Discrepancy]]:
    """Check each section as the catalog will have it, with the values that are in it already."""
    kept: list[Checked] = []
    findings: list[Discrepancy] = []
    for entry in found:
        old = existing.get(entry.material_id or "")
        whole = merged(entry, old) if old else entry
        verdicts = [_struck(entry)] if entry.struck else []
        verdicts += [
            _finding(entry, fault, _is_rejected(fault, entry, whole, edition))
            for fault in faults(whole.printed, dictionary)
        ]
        own = [one for one, _ in verdicts]
        # What the catalog doubts already, and this file does not print, is no news of the file.
        findings += [one for one, names in verdicts if one.is_rejected or _states(entry, names)]
        if not any(one.is_rejected for one in own):
            names = [name for _, names in verdicts for name in names]
            messages = tuple(one.message for one in own)
            kept.append(Checked(entry, messages, tuple(names), _apart(names, whole)))
    return kept, findings


def _is_rejected(fault: Fault, entry: Entry, whole: Entry, edition: str) -> bool:
    """Tell whether a fault leaves the row out: a wrong value that is searched by, unresolved."""
    if not fault.is_searched or fault.is_resolved:
        return False
    if fault.symbol == LABEL:
        return not is_misprint(edition, whole.shape, LABEL)
    states = any(fault.symbol in entry.values.get(units, {}) for units in fault.units)
    return states and not is_misprint(edition, whole.shape, fault.symbol)


def _finding(entry: Entry, fault: Fault, is_rejected: bool) -> tuple[Discrepancy, tuple[str, ...]]:
    place = _place(entry, fault.units)
    finding = Discrepancy(
        name=entry.shape,
        sheet=place.sheet,
        row=place.row,
        column=place.columns.get(fault.symbol),
        message=f"{entry.shape} {fault.message}",
        is_rejected=is_rejected,
    )
    names = () if fault.symbol == LABEL else tuple(f"{u}.{fault.symbol}" for u in fault.units)
    return finding, names


def _place(entry: Entry, units: Sequence[str]) -> Place:
    stated = [entry.places[one] for one in units if one in entry.places]
    return stated[0] if stated else entry.main


def _states(entry: Entry, names: Sequence[str]) -> bool:
    pairs = [name.split(".", 1) for name in names]
    return any(symbol in entry.values.get(units, {}) for units, symbol in pairs) or not pairs


def _apart(names: Sequence[str], whole: Entry) -> dict[str, dict[str, str]]:
    """Return the doubted values by which the catalog would be searched.

    A value in SI units is searched by where the US one is doubted too, or there is none.
    """
    apart: dict[str, dict[str, str]] = {}
    for name in names:
        units, symbol = name.split(".", 1)
        is_first = (
            units == "us" or f"us.{symbol}" in names or symbol not in whole.values.get("us", {})
        )
        if symbol in SEARCHED and is_first and symbol in whole.values.get(units, {}):
            apart.setdefault(units, {})[symbol] = whole.values[units][symbol]
    return apart


def _struck(entry: Entry) -> tuple[Discrepancy, tuple[str, ...]]:
    place = entry.main
    message = f"{entry.shape} is struck out"
    return Discrepancy(entry.shape, place.sheet, place.row, entry.struck, message, True), ()
