"""OpenSearch over HTTP: the few calls that the feed makes, repeated where that can help."""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import urllib3
from urllib3.util import Retry, Url, make_headers, parse_url

from tooling.errors import Exit, InputError, ToolingError
from tooling.search.template import ALIAS, TEMPLATE

CURSORS = "project-feed"
_BUSY = (429, 502, 503, 504)
_ATTEMPTS = 5
_PAUSE = 0.5
_SECONDS = 30.0
_HINT = "Look at the service search: docker compose logs search"


@dataclass(frozen=True)
class Document:
    """A project as it is now; without `source` it is gone. The highest version stays."""

    account_id: str
    project_id: str
    version: int
    source: Mapping[str, Any] | None


@dataclass(frozen=True)
class Sent:
    """How many documents were written, removed, and found to be there already, or newer."""

    written: int = 0
    removed: int = 0
    known: int = 0

    def plus(self, other: "Sent") -> "Sent":
        """Return both together."""
        return Sent(
            self.written + other.written, self.removed + other.removed, self.known + other.known
        )


class OpenSearch:
    """A client; each call raises ToolingError in the service's own words, without the password."""

    def __init__(self, url: str, user: str | None, password: str | None, ca: Path | None):
        try:
            parts = parse_url(url)
        except urllib3.exceptions.LocationParseError as error:
            raise InputError("not an address of OpenSearch", hint="https://host:9200") from error
        if parts.scheme not in ("http", "https") or not parts.host:
            raise InputError("not an address of OpenSearch", hint="https://host:9200")
        if parts.auth:
            user, _, password = (unquote(word) for word in parts.auth.partition(":"))
        login = make_headers(basic_auth=f"{user}:{password or ''}") if user else {}
        self._base = Url(parts.scheme, None, parts.host, parts.port).url
        self._pool = urllib3.PoolManager(
            headers={**login, "Content-Type": "application/json"},
            ca_certs=str(ca) if ca else None,
            timeout=urllib3.Timeout(_SECONDS),
            # Everything sent is idempotent: documents by their versions, the rest by nature.
            retries=Retry(
                _ATTEMPTS,
                backoff_factor=_PAUSE,
                status_forcelist=_BUSY,
                allowed_methods=None,
                raise_on_status=False,
                redirect=False,
            ),
        )

    def index(self) -> str | None:
        """Return the index behind the alias; None if there is none."""
        found = self._call("GET", f"/_alias/{ALIAS}", missing=True)
        if found is None:
            return None
        if len(found) != 1:
            raise ToolingError(f"{ALIAS} stands for {len(found)} indexes", hint="Use --rebuild.")
        return str(next(iter(found)))

    def cursor(self, index: str) -> dict[str, Any] | None:
        """Return the cursor kept beside an index, if it is there."""
        found = self._call("GET", f"/{CURSORS}/_doc/{index}", missing=True)
        return dict(found["_source"]) if found and found.get("found", True) else None

    def keep_cursor(self, index: str, values: Mapping[str, Any]) -> None:
        """Keep the cursor of an index."""
        self._call("PUT", f"/{CURSORS}/_doc/{index}", values)

    def make_index(self, index: str) -> None:
        """Make an empty index, and remove what an interrupted rebuild left."""
        serving = self._call("GET", f"/_alias/{ALIAS}", missing=True) or {}
        for name in set(self._call("GET", f"/{ALIAS}-*", missing=True) or {}) - set(serving):
            self._call("DELETE", f"/{name}", missing=True)
        self._call("PUT", f"/_index_template/{ALIAS}", TEMPLATE)
        self._call("PUT", f"/{index}", {})
        if self._call("GET", f"/{CURSORS}", missing=True) is None:
            settings = {"number_of_shards": 1, "number_of_replicas": 0}
            mappings = {"dynamic": False}
            self._call("PUT", f"/{CURSORS}", {"settings": settings, "mappings": mappings})

    def serve(self, index: str) -> None:
        """Move the alias to this index atomically, and drop the others."""
        old = set(self._call("GET", f"/_alias/{ALIAS}", missing=True) or {}) - {index}
        actions = [{"remove": {"index": name, "alias": ALIAS}} for name in sorted(old)]
        actions.append({"add": {"index": index, "alias": ALIAS}})
        self._call("POST", f"/{index}/_refresh")
        self._call("POST", "/_aliases", {"actions": actions})
        for name in sorted(old):
            self._call("DELETE", f"/{name}", missing=True)
            self._call("DELETE", f"/{CURSORS}/_doc/{name}", missing=True)

    def send(self, index: str, documents: Iterable[Document]) -> Sent:
        """Write and remove documents. Those that the service rejects as too busy are sent again."""
        todo, sent = list(documents), Sent()
        for attempt in range(_ATTEMPTS):
            if not todo:
                break
            if attempt:
                time.sleep(_PAUSE * 2**attempt)
            lines = "".join(line for one in todo for line in _lines(index, one))
            answer = self._call("POST", "/_bulk", lines, kind="application/x-ndjson")
            busy = []
            for one, item in zip(todo, (answer or {})["items"], strict=True):
                result = next(iter(item.values()))
                if result["status"] in _BUSY:
                    busy.append(one)
                else:
                    sent = sent.plus(_outcome(one, result))
            todo = busy
        if todo:
            raise ToolingError(f"OpenSearch is too busy for {len(todo)} documents", hint=_HINT)
        return sent

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | str | None = None,
        *,
        missing: bool = False,
        kind: str = "application/json",
    ) -> dict[str, Any] | None:
        data = body if isinstance(body, str) or body is None else json.dumps(body)
        headers = {**self._pool.headers, "Content-Type": kind}
        try:
            answer = self._pool.request(method, self._base + path, body=data, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise ToolingError(
                f"OpenSearch at {self._base} does not answer: {type(error).__name__}",
                hint=_HINT,
                exit_code=Exit.CONNECTION,
            ) from error
        if answer.status == 404 and missing:
            return None
        if answer.status >= 400:
            said = answer.data.decode("utf-8", "replace")[:300].strip()
            hint = (
                "Check SEARCH_USER and SEARCH_PASSWORD." if answer.status in (401, 403) else _HINT
            )
            raise ToolingError(f"{method} {path}: {answer.status} {said}", hint=hint)
        found: dict[str, Any] = answer.json()
        return found


def _lines(index: str, one: Document) -> Iterable[str]:
    head = {
        "_index": index,
        "_id": f"{one.account_id}:{one.project_id}",
        "routing": one.account_id,
        "version": one.version,
        "version_type": "external",
    }
    yield json.dumps({"delete" if one.source is None else "index": head}) + "\n"
    if one.source is not None:
        yield json.dumps(one.source) + "\n"


def _outcome(one: Document, result: Mapping[str, Any]) -> Sent:
    """Return what became of a document. Raises ToolingError if it was refused."""
    status = result["status"]
    if status == 409:
        return Sent(known=1)
    if one.source is None and status in (200, 404):
        return Sent(removed=1)
    if status in (200, 201):
        return Sent(written=1)
    reason = result.get("error", {}).get("reason", "")
    raise ToolingError(
        f"OpenSearch refuses project {one.project_id}: {status} {reason}"[:300],
        hint="If its fields are not those of this version of tooling: --rebuild",
    )
