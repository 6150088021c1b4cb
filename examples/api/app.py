"""An API over projects of Eagle Sign: Starlette, a pool of psycopg, the functions of the database.

Each route is one call of a function in one transaction. X-Account and X-Actor stand in for the
authentication of a real API, which does not let its callers choose them.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

import psycopg
import psycopg_pool
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from eagle_sign_models import Project, ProjectEvent, ProjectPayload
from eagle_sign_models.http import status_of

Sign = Callable[[str, str], str]
"""Returns the token of an account and an actor, where accounts must be signed."""

TEXTS = ("name", "customer", "description", "site_name", "street")
FILTERS = ("status", "words", "type", "from", "until", "cursor")
PROJECT = "/projects/{project:uuid}"
DESIGN = PROJECT + "/designs/{module}"


@dataclass(frozen=True)
class Call:
    """A route: a call of the database with parameters of the request, and what its rows are."""

    method: str
    path: str
    query: str
    model: type[Any] | None = Project
    status: int = 200
    is_page: bool = False
    is_tagged: bool = True


CALLS = (
    Call("POST", "/projects", """
        select * from app.create_project(%(account)s, %(name)s, null, %(customer)s,
                                         %(description)s, %(site_name)s, %(street)s, %(key)s)""",
         status=201),
    Call("POST", "/projects/many", """
        select *, null as next_cursor
          from app.create_projects(%(account)s, %(projects)s, null, %(key)s)""",
         status=201, is_page=True),
    Call("GET", "/projects", """
        select (page.project).*, page.next_cursor
          from app.projects_page(%(account)s, %(status)s, %(words)s, %(from)s, %(until)s,
                                 %(cursor)s, %(count)s) as page""", is_page=True),
    Call("GET", "/projects/count", """
        select project_count, is_exact
          from app.count_projects(%(account)s, %(status)s, %(words)s, %(from)s, %(until)s)""",
         model=None, is_tagged=False),
    Call("GET", PROJECT, "select * from app.get_project(%(account)s, %(project)s)"),
    Call("PATCH", PROJECT, """
        select * from app.update_project(%(account)s, %(project)s, %(etag)s, null, %(body)s)"""),
    Call("PUT", PROJECT + "/status", """
        select * from app.set_project_status(%(account)s, %(project)s, %(etag)s, null,
                                             %(status)s)"""),
    Call("DELETE", PROJECT, """
        select * from app.delete_project(%(account)s, %(project)s, %(etag)s, null)""", status=204),
    Call("GET", PROJECT + "/events", """
        select (page.event).*, page.next_cursor
          from app.events_page(%(account)s, %(project)s, %(type)s, %(from)s, %(until)s,
                               %(cursor)s, %(count)s) as page""", ProjectEvent, is_page=True),
    Call("PUT", DESIGN, """
        select (put.payload).*, put.is_new
          from app.put_payload(%(account)s, %(project)s, %(module)s, %(config)s, %(files)s,
                               %(cost_snapshot)s) as put""", ProjectPayload, is_tagged=False),
    Call("POST", DESIGN + "/files", """
        select (attached.payload).*, attached.is_new
          from app.attach_file(%(account)s, %(project)s, %(module)s, %(body)s) as attached""",
         ProjectPayload, is_tagged=False),
)  # fmt: skip


async def parameters(request: Request, call: Call) -> dict[str, Any]:
    """Return all that a call may ask for, from path, query, headers and body; null if not sent."""
    sent: Any = {}
    if request.method in ("POST", "PUT", "PATCH"):
        try:
            sent = json.loads(await request.body())
        except ValueError:
            raise HTTPException(400, "Send JSON.") from None
        if not isinstance(sent, dict):
            raise HTTPException(400, "Send a JSON object.")
    given: dict[str, Any] = {name: request.query_params.get(name) for name in FILTERS}
    given |= {"count": request.query_params.get("count", "100"), "body": Jsonb(sent)}
    for name in ("config", "files", "cost_snapshot", "projects"):
        given[name] = None if sent.get(name) is None else Jsonb(sent[name])
    for name in (*TEXTS, *(["status"] if request.method == "PUT" else [])):
        given[name] = sent.get(name)
        if not isinstance(given[name], str | None):
            raise HTTPException(422, f"{name} must be a text.")
    given |= {"key": request.headers.get("idempotency-key"), **request.path_params}
    if "%(etag)s" in call.query:
        try:
            given["etag"] = UUID(request.headers["if-match"].strip('"'))
        except KeyError:
            raise HTTPException(428, "Send the ETag that you have read as If-Match.") from None
        except ValueError:
            raise HTTPException(412, "If-Match is no ETag of this API.") from None
    return given


def written(value: Any) -> str:
    """Return what JSON has no word for as a text."""
    return value.hex() if isinstance(value, bytes) else str(value)


def answer(content: Any, status: int, headers: dict[str, str] | None = None) -> Response:
    """Return an answer in JSON."""
    text = json.dumps(content, default=written)
    return Response(text, status, headers, media_type="application/json")


def endpoint(call: Call) -> Callable[[Request], Any]:
    """Return what serves the requests of a route."""

    async def serve(request: Request) -> Response:
        given = await parameters(request, call)
        try:
            account = str(UUID(request.headers["x-account"]))
            actor = request.headers["x-actor"]
        except (KeyError, ValueError):
            raise HTTPException(401, "Log in first.") from None
        state = request.app.state
        async with state.pool.connection() as connection:
            begin = "select app.begin_work(%s, %s, %s)"
            token = state.sign(account, actor) if state.sign else None
            await connection.execute(begin, [account, actor, token])
            async with connection.cursor(row_factory=dict_row) as cursor:
                await cursor.execute(call.query, {**given, "account": account})
                rows = await cursor.fetchall()
        # Columns that this version does not know stay behind: a migration may have added them.
        known = [field.name for field in fields(call.model)] if call.model else list(rows[0])
        items = [{name: row[name] for name in known} for row in rows]
        if call.is_page:
            following = rows[0]["next_cursor"] if rows else None
            return answer({"items": items, "next": following}, call.status)
        if call.status == 204:
            return Response(status_code=204)
        tag = {"ETag": f'"{items[0]["etag"]}"'} if call.is_tagged else {}
        status = 201 if rows[0].get("is_new") else call.status
        return answer(items[0], status, tag)

    return serve


async def unasked(_: Request, error: Any) -> Response:
    """Answer what was refused before the database was asked."""
    return answer({"message": error.detail}, error.status_code)


async def refused(_: Request, error: Any) -> Response:
    """Answer what the database or the pool refused, by the table of docs/reference/errors.md."""
    if isinstance(error, psycopg_pool.TooManyRequests):
        return answer({"message": "Too many requests wait."}, 429, {"Retry-After": "1"})
    status = status_of(error)
    if status in (500, 503):
        return answer({"message": "Try again later."}, status, {"Retry-After": "1"})
    said = error.diag
    message = said.message_primary or "A value cannot be stored."
    content = {"code": error.sqlstate, "message": message, "hint": said.message_hint}
    return answer(content, status)


def create(url: str, sign: Sign | None = None, size: int = 10) -> Starlette:
    """Return the application, which opens its pool when it starts."""

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        # Behind PgBouncer, a prepared statement may be on another connection than the next one.
        options = {"prepare_threshold": None}
        pool = psycopg_pool.AsyncConnectionPool(
            url, max_size=size, max_waiting=100, kwargs=options, open=False
        )
        async with pool:
            app.state.pool, app.state.sign = pool, sign
            yield

    routes = [Route(call.path, endpoint(call), methods=[call.method]) for call in CALLS]
    handlers: Any = {psycopg.Error: refused, HTTPException: unasked}
    return Starlette(routes=routes, exception_handlers=handlers, lifespan=life)
