"""Values that AISC's own editions misprint, which therefore do not leave their row out.

docs/reference/misprints.md has the evidence for each.
"""

_HALVED = frozenset(
    f"2L{size}{gap}{side}"
    for size in ("2-1/2X1-1/2X1/4", "2-1/2X1-1/2X3/16")
    for gap in ("", "X3/8", "X3/4")
    for side in ("SLBB",)
)
MISPRINTS = (
    (frozenset(("v14.0", "v14.1", "v15.0")), _HALVED, "Zx"),
)


def is_misprint(edition: str, shape: str, symbol: str) -> bool:
    """Tell whether an edition is known to misprint a value in both systems of units."""
    return any(
        edition in editions and shape in shapes and symbol == wrong
        for editions, shapes, wrong in MISPRINTS
    )
