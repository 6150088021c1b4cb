"""What may be drawn for a call: legal and illegal values, and where it goes in a history."""

from typing import Any

from hypothesis import strategies as st

from tests.properties.model import MODULES, OWN_EVENTS, STATUSES, Account, Call

ACTORS = st.sampled_from(("ana", "ben", "  cyd ", ""))
NAMES = st.sampled_from(("Harbour sign", "Pier", "Ω", "x" * 200, "", "   ", "x" * 201))
TEXTS = st.none() | st.sampled_from(("12 Quay St", "O'Hara", ""))
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES | st.none(),
        "customer": TEXTS,
        "street": TEXTS,
        "constants_version": st.none() | st.just(["footing_v1"]),
        "content_sha256": st.none() | st.sampled_from(("0" * 64, "ab" * 32, "0" * 63)),
        "confidence": st.none() | st.sampled_from((0.0, 0.25, 0.5, 1.0, 1.5, -0.5)),
    },
)
UNKNOWN = st.just({"status": "accepted"}) | st.just({"etag": "mine"})
SNAPSHOTS = st.tuples(
    st.sampled_from(('{"a": 1, "b": 2}', '{"b":2, "a":1}', '{"a": 1.0, "b": 2}', "{}")),
    st.sampled_from(("[]", '["plan.pdf"]')),
    st.sampled_from(("{}", '{"total": 150.00}')),
)
EVENTS = st.sampled_from((*OWN_EVENTS, "project.accepted", "user.data_deleted"))
KINDS = st.sampled_from(
    ("create", "update", "update", "move", "move", "move", "save", "save", "append", "delete")
)
NOBODY = "00000000-0000-7000-8000-000000000000"


@st.composite
def calls(draw: Any) -> dict[str, Any]:
    """Draw a call; `which` and `tag` choose project and etag once it is known what there is."""
    kind = draw(KINDS)
    changes: dict[str, Any] = {}
    if kind == "create":
        changes = {"name": draw(NAMES), "customer": draw(TEXTS), "street": draw(TEXTS)}
    elif kind == "update":
        changes = draw(CHANGES | UNKNOWN)
    return {
        "kind": kind,
        "actor": draw(ACTORS),
        "status": draw(st.sampled_from(STATUSES)) if kind == "move" else "",
        "changes": changes,
        "module": draw(st.sampled_from(MODULES)) if kind == "save" else MODULES[0],
        "snapshot": draw(SNAPSHOTS) if kind == "save" else ("{}", "[]", "{}"),
        "event_type": draw(EVENTS) if kind == "append" else OWN_EVENTS[0],
        "data": {"pages": 12} if kind == "append" else {},
        "which": draw(st.integers(0, 5)),
        "tag": draw(st.sampled_from(("current",) * 5 + ("stale", "unknown"))),
    }


def addressed(account: Account, drawn: dict[str, Any], others: Account | None = None) -> Call:
    """Return a drawn call to a project that is there, that is gone, or that is of others."""
    rest = {key: value for key, value in drawn.items() if key not in ("which", "tag")}
    names = [*account.projects, *account.projects, *account.events, *(others or account).projects]
    if rest["kind"] == "create" or not names:
        return Call(**rest, project=NOBODY, etag=NOBODY)
    name = names[drawn["which"] % len(names)]
    project = account.projects.get(name)
    etag = project.etag if project else NOBODY
    if drawn["tag"] == "stale":
        etag = min(account.etags, default=NOBODY)
    elif drawn["tag"] == "unknown":
        etag = NOBODY
    return Call(**rest, project=name, etag=etag)
