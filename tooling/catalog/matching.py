"""Find the catalog's row of each section of a file, and the names that another row has already."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tooling.catalog.dictionary import Dictionary
from tooling.catalog.entries import Entry
from tooling.catalog.pairing import Counterparts
from tooling.catalog.report import Discrepancy


def match(
    found: Sequence[Entry], existing: Mapping[str, Entry], dictionary: Dictionary
) -> tuple[list[Entry], list[Discrepancy]]:
    """Give each section the material_id and the label of the catalog's row, if it has one.

    A section in US units is known by its label, one in SI units by its metric designation or its
    values. A section whose label is another's in the catalog is left out, with a finding.
    """
    by_key = {one.key: one for one in existing.values() if not one.is_metric}
    metric = {one.key: one for one in existing.values() if one.is_metric}
    us = Counterparts((one for one in existing.values() if "si" not in one.values), dictionary)
    both = {
        label: one
        for one in existing.values()
        if "si" in one.values and one.metric_label
        for label in (replace(one, shape=one.metric_label).key,)
    }
    si = Counterparts(metric.values(), dictionary)
    matched = []
    for entry in found:
        if entry.is_metric:
            old = both.get(entry.key) or us.of(entry) or metric.get(entry.key)
        else:
            old = by_key.get(entry.key) or si.of(entry)
        matched.append(_named(entry, old) if old else entry)
    return _without_twins(matched, existing)


def _named(entry: Entry, old: Entry) -> Entry:
    if entry.is_metric and not old.is_metric:
        own = entry.shape if entry.shape != old.shape else None
        shape, metric = old.shape, old.metric_label or own
    elif old.is_metric and not entry.is_metric:
        shape, metric = entry.shape, entry.metric_label or old.metric_label or old.shape
        metric = metric if metric != shape else None
    else:
        shape, metric = old.shape, entry.metric_label
    return replace(entry, shape=shape, metric_label=metric, material_id=old.material_id)


def _without_twins(
    matched: Sequence[Entry], existing: Mapping[str, Entry]
) -> tuple[list[Entry], list[Discrepancy]]:
    claimed = {one.material_id: one for one in matched if one.material_id}
    taken = {one.key: one for key, one in existing.items() if key not in claimed}
    seen: dict[str, Entry] = {}
    kept, findings = [], []
    for entry in matched:
        other = taken.get(entry.key) or seen.get(entry.material_id or entry.key)
        if other is None:
            seen[entry.material_id or entry.key] = entry
            kept.append(entry)
            continue
        place, system = entry.main, "SI" if other.is_metric else "US"
        message = (
            f"{entry.shape} is the label of another section, which is printed in {system} units"
            f" and has other values: sheet {other.main.sheet}, row {other.main.row}"
        )
        findings.append(Discrepancy(entry.shape, place.sheet, place.row, None, message, True))
    return kept, findings
