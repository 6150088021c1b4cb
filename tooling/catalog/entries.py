"""A section as one row: what is printed of it in each system of units, and where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from tooling.catalog.agreement import Literals, Printed
from tooling.catalog.labels import identity
from tooling.catalog.sections import Sections


@dataclass(frozen=True)
class Place:
    """Where the values of one system of units stand: sheet, row, and the column of each symbol."""

    sheet: str
    row: int
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """A section; `values` and `places` by system of units, `material_id` of the catalog's row.

    A symbol in the columns of a place that has no value is 'not applicable', not unknown.
    """

    shape: str
    type: str
    values: Mapping[str, Literals]
    places: Mapping[str, Place]
    edi_label: str | None = None
    metric_label: str | None = None
    has_special_note: bool | None = None
    slack: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    struck: str | None = None
    material_id: str | None = None

    @property
    def main(self) -> Place:
        """The place that names the section: that of its US values if it has them."""
        return self.places.get("us") or self.places["si"]

    @property
    def is_metric(self) -> bool:
        """Tell whether the section is printed in SI units alone."""
        return "us" not in self.values

    @property
    def key(self) -> str:
        """What all spellings of its label share."""
        return identity(self.shape)

    @property
    def printed(self) -> Printed:
        """What the rules look at."""
        labels = {"us": self.shape, "si": self.metric_label}
        if self.is_metric:
            labels = {"si": self.metric_label or self.shape}
        return Printed(self.type, self.values, labels, self.slack)


def entries(sections: Sections) -> Iterator[Entry]:
    """Yield the sections of a sheet."""
    slack = sections.slack
    symbols = {units: list(values) for units, values in sections.values.items()}
    rows = {units: zip(*values.values(), strict=True) for units, values in sections.values.items()}
    columns = zip(
        sections.rows, sections.shapes, sections.types, sections.edi_labels,
        sections.metric_labels, sections.notes, zip(*rows.values(), strict=True), strict=True,
    )  # fmt: skip
    for row, shape, kind, edi, metric, note, cells in columns:
        values = {
            units: {s: text for s, text in zip(symbols[units], literals, strict=True) if text}
            for units, literals in zip(symbols, cells, strict=True)
        }
        places = {u: Place(sections.sheet, row, sections.headers[u]) for u in values}
        yield Entry(
            shape, kind, values, places, edi, metric if "us" in values else None, note, slack,
            struck=sections.struck.get(row),
        )  # fmt: skip


def joined(us: Entry, si: Entry) -> Entry:
    """Return a section of US values with the SI values that another place prints of it."""
    return replace(
        us,
        values={**us.values, "si": si.values["si"]},
        places={**us.places, "si": si.places["si"]},
        metric_label=us.metric_label or (si.shape if si.shape != us.shape else None),
        slack={**us.slack, **si.slack},
        struck=us.struck or si.struck,
    )


def merged(new: Entry, old: Entry) -> Entry:
    """Return what the catalog says of a section once a file's values are in it."""
    values = {
        units: {
            **{
                symbol: literal
                for symbol, literal in old.values.get(units, {}).items()
                if units not in new.places or symbol not in new.places[units].columns
            },
            **new.values.get(units, {}),
        }
        for units in ("us", "si")
        if units in new.values or units in old.values
    }
    shape = old.shape if new.is_metric and not old.is_metric else new.shape
    metric = new.metric_label or old.metric_label
    return replace(new, shape=shape, metric_label=metric, values=values)
