"""Whether somebody reviewed just the migrations that are pending."""

from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error


def _look(_connection: Connection, given: Given) -> Iterator[Finding]:
    found = given.plan
    if not found.files or given.reviewed == found.digest:
        return
    names = ", ".join(file.id for file in found.files)
    if given.reviewed is None:
        yield error(
            f"nobody vouches for the pending {names}",
            "Give the digest at the end of the page that was reviewed: --reviewed DIGEST",
        )
    else:
        yield error(
            f"what was reviewed is not what is pending: {names}",
            "Have the page of `tooling plan --markdown -` reviewed again.",
        )


CHECK = Check("review", "Pending migrations that were not reviewed as they are.", _look)
