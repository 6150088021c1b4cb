"""The review for programs: JSON, SARIF 2.1.0, and the Code Quality report of GitLab. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from os.path import relpath
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pgproof.review.drawing import mermaid
from pgproof.review.records import Level, Remark, Review, ReviewedFile

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Level.NO: "error", Level.CAUTION: "warning", Level.NOTE: "note"}
_SEVERITIES = {Level.NO: "critical", Level.CAUTION: "minor", Level.NOTE: "info"}
RULES = {
    "data-lost": "Data that was there before the migration is not there after its rollback.",
    "deadlock": "The order of the locks can deadlock with another transaction.",
    "drift": "The database is not as its migrations made it.",
    "full-read": "A table is read whole while nobody can write to it.",
    "irreversible": "The migration cannot be rolled back.",
    "lock-held": "ACCESS EXCLUSIVE is held for longer than the budget.",
    "not-filled": "No rows could be made up for a table.",
    "not-known": "Something is not known of any statement.",
    "not-linted": "squawk is not installed.",
    "not-measured": "What a statement costs could not be measured.",
    "not-predicted": "Something was measured that was not predicted.",
    "not-reached": "The file was not reached, since one before it fails.",
    "not-reproduced": "Something was predicted that was not measured.",
    "order": "The schema depends on the order of merges.",
    "repeatable": "A repeatable file runs, and was not measured.",
    "rewrite": "A table is rewritten.",
    "rollback-deletes": "The rollback deletes what is new with the migration.",
    "rollback-note": "Something to know of the rollback.",
    "statement-fails": "A statement fails.",
    "unproven": "It is not proved that the migration can be rolled back and applied again.",
}
"""What each rule says; those of squawk are squawk's."""


def document(review: Review) -> dict[str, Any]:
    """Return everything for JSON; `record` is what a run with `require_reviewed` asks for."""
    return {
        "verdict": review.record.verdict,
        "reasons": list(review.record.reasons),
        "database": {
            "name": review.record.database,
            "version": review.record.version,
            "fingerprint": review.record.schema.fingerprint,
        },
        "copied": review.copied,
        "files": [_file(one) for one in review.files],
        "remarks": [asdict(one) for one in review.remarks],
        "changes": [asdict(one) for one in review.changes],
        "diagram": "\n".join(mermaid(review.diagram)) if review.diagram.boxes else None,
        "order": None if review.order is None else review.order.as_dict(),
        "budgets": dict(review.budgets.given),
        "unknown": list(review.unknown),
        "sizes": {name: asdict(size) for name, size in review.sizes.items()},
        "seconds": review.seconds,
        "record": review.record.as_document(),
    }


def _file(file: ReviewedFile) -> dict[str, Any]:
    return {
        "id": file.id,
        "path": file.path,
        "sha256": file.sha256,
        "rollback_sha256": file.rollback_sha256,
        "sql": file.sql,
        "rollback": file.rollback,
        "plan": asdict(file.planned),
        "trace": None if file.traced is None else file.traced.as_dict(),
        "verify": None if file.verified is None else asdict(file.verified),
        "changes": [asdict(one) for one in file.changes],
        "remarks": [asdict(one) for one in file.remarks],
    }


def sarif(review: Review, top: Path) -> dict[str, Any]:
    """Return a log of SARIF; paths are relative to `top`, the folder of the repository."""
    remarks = [one for one in review.all_remarks if one.migration]
    rules = list(dict.fromkeys((one.source, one.rule) for one in remarks))
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "pgproof",
                        "informationUri": "https://pypi.org/project/pgproof/",
                        "semanticVersion": _version(),
                        "rules": [_rule(source, rule) for source, rule in rules],
                    }
                },
                "artifacts": [_artifact(file, top) for file in review.files],
                "results": [_result(one, rules, review, top) for one in remarks],
                "columnKind": "unicodeCodePoints",
                "properties": {"verdict": review.record.verdict},
            }
        ],
    }


def _rule(source: str, rule: str) -> dict[str, Any]:
    found: dict[str, Any] = {"id": _rule_id(source, rule)}
    text = RULES.get(rule) if source == "pgproof" else None
    if text:
        found["shortDescription"] = {"text": text}
    else:
        found["helpUri"] = f"https://squawkhq.com/docs/{quote(rule, safe='')}"
    return found


def _rule_id(source: str, rule: str) -> str:
    return rule if source == "pgproof" else f"{source}/{rule}"


def _artifact(file: ReviewedFile, top: Path) -> dict[str, Any]:
    return {"location": _location(file.path, top), "hashes": {"sha-256": file.sha256}}


def _result(one: Remark, rules: list[tuple[str, str]], review: Review, top: Path) -> dict[str, Any]:
    place = {
        "physicalLocation": {
            "artifactLocation": _location(_path(one, review), top),
            "region": {"startLine": max(one.line, 1)},
        }
    }
    return {
        "ruleId": _rule_id(one.source, one.rule),
        "ruleIndex": rules.index((one.source, one.rule)),
        "level": _LEVELS[one.level],
        "message": {"text": one.message},
        "locations": [place],
        "partialFingerprints": {"pgproof/v1": _fingerprint(one)},
    }


def quality(review: Review, top: Path) -> list[dict[str, Any]]:
    """Return a report for GitLab; each finding has a fingerprint of its own."""
    seen: dict[str, int] = {}
    found = []
    for one in review.all_remarks:
        if not one.migration:
            continue
        digest = _fingerprint(one)
        seen[digest] = seen.get(digest, 0) + 1
        unique = (
            digest if seen[digest] == 1 else sha256(f"{digest} {seen[digest]}".encode()).hexdigest()
        )
        found.append(
            {
                "description": one.message,
                "check_name": _rule_id(one.source, one.rule),
                "fingerprint": unique,
                "severity": _SEVERITIES[one.level],
                "location": {
                    "path": _relative(_path(one, review), top),
                    "lines": {"begin": max(one.line, 1)},
                },
            }
        )
    return found


def repository_of(start: Path) -> Path:
    """Return the folder that has `.git`, at or above `start`; without one, `start` itself."""
    return next((one for one in (start, *start.parents) if (one / ".git").exists()), start)


def _path(one: Remark, review: Review) -> str:
    of = {file.id: file.path for file in review.files}
    return one.path or of.get(one.migration or "", one.migration or "")


def _location(path: str, top: Path) -> Mapping[str, str]:
    return {"uri": quote(_relative(path, top))}


def _relative(path: str, top: Path) -> str:
    return Path(relpath(path, top)).as_posix()


def _fingerprint(one: Remark) -> str:
    """Hash what a finding is, but for its line: it stays the same when lines move."""
    words = "\0".join((one.source, one.rule, one.migration or "", one.message))
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def _version() -> str:
    try:
        return version("pgproof")
    except PackageNotFoundError:
        return "0.0.0"
