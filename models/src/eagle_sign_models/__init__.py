"""Rows of the seven tables, one frozen dataclass each, and a row factory of psycopg for them.

    with connection.cursor(row_factory=row_of(Project)) as cursor:
        cursor.execute("select * from app.projects where project_id = %s", [project_id])
        project = cursor.fetchone()

Field names and order are those of the columns, types those that psycopg 3 returns, with ENUM
values as members of the classes below. A value that an ENUM gained after this module was written
raises ValueError.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from psycopg import AsyncCursor, Cursor


class ProjectStatus(StrEnum):
    """Where a project stands; it moves only forward."""

    DRAFT = "draft"
    ESTIMATING = "estimating"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ProjectModule(StrEnum):
    """The design module that made a payload."""

    SINGLE_POLE_DIRECT_BURIAL = "signage.single_pole.direct_burial"
    SINGLE_POLE_BASE_PLATE = "signage.single_pole.base_plate"
    TWO_POLE_DIRECT_BURIAL = "signage.two_pole.direct_burial"


class ProjectEventType(StrEnum):
    """What an event of the audit log records."""

    PROJECT_CREATED = "project.created"
    PROJECT_UPDATED = "project.updated"
    PROJECT_STATUS_CHANGED = "project.status_changed"
    PROJECT_SUBMITTED = "project.submitted"
    PROJECT_ACCEPTED = "project.accepted"
    PROJECT_REJECTED = "project.rejected"
    PAYLOAD_SAVED = "payload.saved"
    FILE_ATTACHED = "file.attached"
    REPORT_GENERATED = "report.generated"
    USER_DATA_DELETED = "user.data_deleted"


class PriceCategory(StrEnum):
    """What kind of charge a price is."""

    BASE = "base"
    ADDON = "addon"
    PERMIT = "permit"


@dataclass(frozen=True)
class Project:
    """A sign project, with the envelope of its last result; `confidence` is from 0 to 1.

    Times have a time zone. `content_sha256` is 64 hex digits. Send `etag` back to change the row.
    """

    TABLE: ClassVar[str] = "app.projects"
    account_id: UUID
    project_id: UUID
    name: str
    customer: str | None
    description: str | None
    site_name: str | None
    street: str | None
    status: ProjectStatus
    created_by: str
    updated_by: str
    created_at: datetime
    updated_at: datetime
    etag: UUID
    constants_version: list[str] | None
    content_sha256: str | None
    confidence: float | None

    def __post_init__(self) -> None:
        """Make `status` a member of ProjectStatus."""
        object.__setattr__(self, "status", ProjectStatus(self.status))


@dataclass(frozen=True)
class ProjectPayload:
    """A saved design; the newest of each module counts. `sha256` is 64 hex digits."""

    TABLE: ClassVar[str] = "app.project_payloads"
    account_id: UUID
    project_id: UUID
    payload_id: UUID
    module: ProjectModule
    config: dict[str, Any]
    files: list[Any]
    cost_snapshot: dict[str, Any]
    created_at: datetime
    sha256: str

    def __post_init__(self) -> None:
        """Make `module` a member of ProjectModule."""
        object.__setattr__(self, "module", ProjectModule(self.module))


@dataclass(frozen=True)
class ProjectEvent:
    """An entry of the audit log; `position` counts from 1, `sha256` is 32 bytes.

    An erased event keeps its place and hash; `erased_at` says when `actor` and `data` went.
    """

    TABLE: ClassVar[str] = "app.project_events"
    account_id: UUID
    project_id: UUID
    event_id: UUID
    event_type: ProjectEventType
    actor: str
    occurred_at: datetime
    data: dict[str, Any]
    position: int
    sha256: bytes
    erased_at: datetime | None

    def __post_init__(self) -> None:
        """Make `event_type` a member of ProjectEventType."""
        object.__setattr__(self, "event_type", ProjectEventType(self.event_type))


@dataclass(frozen=True)
class CalibrationConstant:
    """A version of a constant, exact, in `unit`; it holds from one date up to, without, another."""

    TABLE: ClassVar[str] = "catalog.calibration_constants"
    name: str
    version: str
    value: Decimal
    unit: str
    description: str
    source: str
    effective_from: date
    effective_to: date | None
    published_at: datetime | None
    published_by: str | None


@dataclass(frozen=True)
class PricingConfig:
    """A version of a price in US dollars; it holds from one date up to, without, another."""

    TABLE: ClassVar[str] = "catalog.pricing_configs"
    item_code: str
    version: str
    price_usd: Decimal
    description: str
    category: PriceCategory
    effective_from: date
    effective_to: date | None
    published_at: datetime | None
    published_by: str | None

    def __post_init__(self) -> None:
        """Make `category` a member of PriceCategory."""
        object.__setattr__(self, "category", PriceCategory(self.category))


@dataclass(frozen=True)
class MaterialCatalogEntry:
    """A material or a steel section. Names end in the unit: lb/ft, inches to a power, or ksi.

    `dimensions` and `properties` hold every printed value by symbol under `us` and `si`.
    """

    TABLE: ClassVar[str] = "catalog.material_catalog"
    material_id: UUID
    kind: str
    standard: str
    edition: str
    grade: str | None
    shape: str | None
    shape_type: str | None
    edi_label: str | None
    metric_label: str | None
    has_special_note: bool | None
    dimensions: dict[str, Any]
    properties: dict[str, Any]
    source: str
    import_id: UUID
    source_sheet: str | None
    source_row: int
    other_sources: dict[str, Any]
    doubts: list[str]
    weight_lb_per_ft: Decimal | None
    area_in2: Decimal | None
    depth_in: Decimal | None
    width_in: Decimal | None
    web_thickness_in: Decimal | None
    flange_thickness_in: Decimal | None
    wall_thickness_in: Decimal | None
    ix_in4: Decimal | None
    sx_in3: Decimal | None
    zx_in3: Decimal | None
    rx_in: Decimal | None
    iy_in4: Decimal | None
    sy_in3: Decimal | None
    zy_in3: Decimal | None
    ry_in: Decimal | None
    j_in4: Decimal | None
    fy_ksi: Decimal | None
    fu_ksi: Decimal | None
    e_ksi: Decimal | None
    g_ksi: Decimal | None
    doubted: list[str] | None
    set_apart: dict[str, Any] | None


@dataclass(frozen=True)
class CodeReference:
    """A clause of an engineering code; `source_row` counts from 1 with the file's header."""

    TABLE: ClassVar[str] = "catalog.code_references"
    code: str
    section: str
    title: str
    formula: str | None
    application: str
    source: str
    import_id: UUID
    source_row: int


MODELS = (
    Project,
    ProjectPayload,
    ProjectEvent,
    CalibrationConstant,
    PricingConfig,
    MaterialCatalogEntry,
    CodeReference,
)

Row = TypeVar(
    "Row",
    Project,
    ProjectPayload,
    ProjectEvent,
    CalibrationConstant,
    PricingConfig,
    MaterialCatalogEntry,
    CodeReference,
)


def row_of(
    model: type[Row],
) -> Callable[[Cursor[Any] | AsyncCursor[Any]], Callable[[Sequence[Any]], Row]]:
    """Return a row factory of psycopg that makes instances of `model`, also for async cursors.

    Columns that the model does not know are left out: a migration may have added them. A field
    whose column the query does not return raises TypeError.
    """
    known = {field.name for field in fields(model)}

    def factory(cursor: Cursor[Any] | AsyncCursor[Any]) -> Callable[[Sequence[Any]], Row]:
        names = [column.name for column in cursor.description or ()]
        wanted = [(index, name) for index, name in enumerate(names) if name in known]
        return lambda values: model(**{name: values[index] for index, name in wanted})

    return factory
