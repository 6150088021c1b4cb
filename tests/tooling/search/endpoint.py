"""An HTTP endpoint that answers as OpenSearch does to the calls of the feed.

OpenSearch itself is in no registry that tests reach. What is held to here is the protocol: external
versions, aliases, required routing, strict fields, and the ways in which it refuses.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tooling.search.template import ALIAS, TEMPLATE

PASSWORD = "endpoint-password"  # pragma: allowlist secret
_FIELDS = set(TEMPLATE["template"]["mappings"]["properties"])


@dataclass
class State:
    """What the service holds, the calls it got, and how the next bulk items shall fare."""

    indexes: dict[str, dict[str, tuple[int, Any]]] = field(default_factory=dict)
    aliases: set[str] = field(default_factory=set)
    served: list[tuple[str, ...]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    templates: dict[str, Any] = field(default_factory=dict)
    busy_calls: int = 0
    busy_items: int = 0
    refused: set[str] = field(default_factory=set)
    down: bool = False

    def projects(self) -> dict[str, Any]:
        """Return what the alias shows: sources by id."""
        (index,) = self.aliases
        return {key: source for key, (_, source) in self.indexes[index].items() if source}

    def writes(self) -> list[str]:
        """Return the calls that change something."""
        return [call for call in self.calls if not call.startswith("GET")]


@contextmanager
def running(state: State) -> Iterator[str]:
    """Yield the address of an endpoint that serves the state."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if state.down:
                self.close_connection = True
                return
            state.calls.append(f"{self.command} {self.path}")
            with lock:
                status, said = _answer(state, self, body)
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    lock = threading.Lock()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _answer(state: State, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Any]:
    login = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    if request.headers.get("Authorization") != f"Basic {login}":
        return 401, {"error": "Unauthorized"}
    if state.busy_calls:
        state.busy_calls -= 1
        return 429, {"error": "circuit_breaking_exception"}
    words = request.path.strip("/").split("/")
    if words == ["_bulk"]:
        return 200, {"items": list(_bulk(state, body.decode().splitlines()))}
    if words == ["_aliases"]:
        for action in json.loads(body)["actions"]:
            ((verb, target),) = action.items()
            (state.aliases.add if verb == "add" else state.aliases.remove)(target["index"])
        state.served.append(tuple(sorted(state.aliases)))
        return 200, {"acknowledged": True}
    if words[0] == "_alias":
        found = {name: {} for name in sorted(state.aliases)}
        return (200, found) if found else (404, {})
    if words[0] == "_index_template":
        state.templates[words[1]] = json.loads(body)
        return 200, {"acknowledged": True}
    if words[-1] == "_refresh":
        return 200, {}
    if len(words) == 3:
        return _document(state, request.command, words, body)
    return _index(state, request.command, words[0])


def _index(state: State, method: str, name: str) -> tuple[int, Any]:
    if method == "PUT":
        if name in state.indexes:
            return 400, {"error": {"type": "resource_already_exists_exception"}}
        state.indexes[name] = {}
        return 200, {"index": name}
    found = {one: {} for one in state.indexes if one == name or _matches(name, one)}
    if method == "DELETE" and found:
        state.indexes.pop(name)
        state.aliases.discard(name)
    # A pattern that fits nothing is no error; a name is.
    return (200, found) if found or name.endswith("*") else (404, {"error": "no such index"})


def _matches(pattern: str, name: str) -> bool:
    return pattern.endswith("*") and name.startswith(pattern[:-1])


def _document(state: State, method: str, words: list[str], body: bytes) -> tuple[int, Any]:
    index = state.indexes.get(words[0])
    if index is None:
        return 404, {"error": {"type": "index_not_found_exception"}}
    if method == "PUT":
        index[words[2]] = (1, json.loads(body))
        return 201, {"result": "created"}
    if words[2] not in index:
        return 404, {"found": False}
    if method == "DELETE":
        del index[words[2]]
        return 200, {"result": "deleted"}
    return 200, {"found": True, "_source": index[words[2]][1]}


def _bulk(state: State, lines: list[str]) -> Iterator[dict[str, Any]]:
    rest = iter(lines)
    for line in rest:
        ((verb, head),) = json.loads(line).items()
        source = json.loads(next(rest)) if verb == "index" else None
        yield {verb: _item(state, head, source)}


def _item(state: State, head: dict[str, Any], source: dict[str, Any] | None) -> dict[str, Any]:
    if state.busy_items:
        state.busy_items -= 1
        return {"status": 429, "error": {"reason": "rejected execution"}}
    if not head.get("routing"):
        return {"status": 400, "error": {"reason": "routing is required"}}
    if source is not None and set(source) - _FIELDS:
        return {"status": 400, "error": {"reason": "strict_dynamic_mapping_exception"}}
    index = state.indexes.setdefault(head["_index"], {})
    if head["_id"] in state.refused:
        return {"status": 400, "error": {"reason": "mapper_parsing_exception"}}
    assert head["version_type"] == "external"
    version, before = index.get(head["_id"], (-1, None))
    if head["version"] <= version:
        return {"status": 409, "error": {"reason": "version_conflict_engine_exception"}}
    index[head["_id"]] = (head["version"], source)
    if source is None:
        return {"status": 200 if before else 404}
    return {"status": 200 if before else 201}


def alias_is(state: State, index: str) -> bool:
    """Tell whether the alias stands for the index alone."""
    return state.aliases == {index} and index.startswith(f"{ALIAS}-")
