"""The editions of AISC's shapes database, and what of one a file is."""

from tooling.errors import InputError

# How many shapes each edition has; each grade of steel of its own.
PUBLISHED = {
    ("v13.0", None): 1973, ("v13.1", None): 1973, ("v13.2", None): 1973,
    ("v14.0", None): 1995, ("v14.1", None): 1995, ("v15.0", None): 2091,
    ("v16.0", None): 2299, ("v16.0", "A1085"): 650,
}  # fmt: skip
_WHOLE = 0.9


def is_whole(edition: str, grade: str | None, count: int, *, is_complete: bool) -> bool:
    """Tell whether a file is a whole edition: said to be, or nearly as many shapes as published.

    Raises InputError for an edition that AISC has not published, unless it is said to be one.
    """
    if is_complete:
        return True
    published = PUBLISHED.get((edition, grade))
    if published is None:
        known = ", ".join(sorted({one for one, of in PUBLISHED if of == grade})) or "none"
        raise InputError(
            f"{' '.join(filter(None, (edition, grade)))} is not an edition of the shapes database"
            f" that is known; known are {known}",
            hint="Correct --edition; if AISC has published it since, say --complete.",
        )
    return count >= _WHOLE * published
