"""examples/api, through PgBouncer: editors at the same time, accounts, and what is refused."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable

import httpx

from examples.api.app import create
from tests.conftest import ROOT

ANA = str(uuid.uuid4())
BOB = str(uuid.uuid4())
MODULE = "signage.single_pole.base_plate"
EDITORS = 8
ROUNDS = 10
MANY = 1001
Client = httpx.AsyncClient


def run(url: str, scenario: Callable[[Callable[[str], Client]], Awaitable[None]]) -> None:
    """Serve the API on a pool of `url`; a scenario makes the clients of its accounts."""

    async def served() -> None:
        app = create(url)

        def client(account: str) -> Client:
            return httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app),
                base_url="http://api",
                headers={"X-Account": account, "X-Actor": "ana@example.com"},
            )

        async with app.router.lifespan_context(app):
            await scenario(client)

    asyncio.run(served())


async def made(client: Client, name: str = "Harbour sign") -> httpx.Response:
    answer = await client.post("/projects", json={"name": name})
    assert answer.status_code == 201, answer.text
    return answer


def test_of_eight_editors_one_is_first_and_seven_are_told(bouncer: str) -> None:
    async def scenario(client: Callable[[str], Client]) -> None:
        editors = [client(ANA) for _ in range(EDITORS)]
        at = f"/projects/{(await made(editors[0])).json()['project_id']}"
        for number in range(ROUNDS):
            read = await asyncio.gather(*(editor.get(at) for editor in editors))
            assert len({answer.headers["etag"] for answer in read}) == 1
            changed = await asyncio.gather(
                *(
                    editor.patch(
                        at,
                        json={"name": f"Sign {number} of editor {place}"},
                        headers={"If-Match": read[place].headers["etag"]},
                    )
                    for place, editor in enumerate(editors)
                )
            )
            assert sorted(answer.status_code for answer in changed) == [200] + [412] * 7
            (first,) = (answer for answer in changed if answer.status_code == 200)
            assert (await editors[0].get(at)).json() == first.json()
        events = (await editors[0].get(f"{at}/events")).json()["items"]
        assert len(events) == 1 + ROUNDS

    run(bouncer, scenario)


def test_no_account_sees_anything_of_another(bouncer: str) -> None:
    async def use(client: Client, name: str) -> None:
        for number in range(20):
            at = f"/projects/{(await made(client, f'{name} {number}')).json()['project_id']}"
            listed = (await client.get("/projects", params={"count": "1000"})).json()["items"]
            events = (await client.get(f"{at}/events")).json()["items"]
            assert len(listed) == number + 1
            assert {item["name"].split()[0] for item in listed} == {name}
            assert {item["account_id"] for item in listed + events} == {client.headers["x-account"]}

    async def scenario(client: Callable[[str], Client]) -> None:
        accounts = [str(uuid.uuid4()) for _ in range(EDITORS)]
        await asyncio.gather(
            *(use(client(account), f"Of{place}") for place, account in enumerate(accounts))
        )
        theirs = (await client(accounts[0]).get("/projects")).json()["items"][0]
        found = await client(accounts[1]).get(f"/projects/{theirs['project_id']}")
        assert found.status_code == 404

    run(bouncer, scenario)


def test_pages_follow_their_cursors_to_the_end(bouncer: str) -> None:
    async def scenario(client: Callable[[str], Client]) -> None:
        ana = client(ANA)
        many = {"projects": [{"name": f"Sign {number}"} for number in range(MANY)]}
        key = {"Idempotency-Key": "import 1"}
        first = await ana.post("/projects/many", json=many, headers=key, timeout=None)
        assert first.status_code == 201, first.text
        again = await ana.post("/projects/many", json=many, headers=key, timeout=None)
        assert [p["project_id"] for p in again.json()["items"]] == [
            p["project_id"] for p in first.json()["items"]
        ]
        names: list[str] = []
        asked = {"count": "500", "status": "draft", "words": "sign"}
        while True:
            page = (await ana.get("/projects", params=asked)).json()
            names += [item["name"] for item in page["items"]]
            if page["next"] is None:
                break
            asked["cursor"] = page["next"]
        assert names == [f"Sign {number}" for number in reversed(range(MANY))]
        counted = (await ana.get("/projects/count")).json()
        assert counted == {"project_count": MANY, "is_exact": True}
        counted = (await ana.get("/projects/count", params={"words": "sign"})).json()
        assert counted == {"project_count": 1000, "is_exact": False}
        assert (await client(BOB).get("/projects")).json() == {"items": [], "next": None}

    run(bouncer, scenario)


def test_designs_are_new_or_found(bouncer: str) -> None:
    async def scenario(client: Callable[[str], Client]) -> None:
        ana = client(ANA)
        at = f"/projects/{(await made(ana)).json()['project_id']}/designs/{MODULE}"
        statuses = [
            (await ana.put(at, content=text)).status_code
            for text in ('{"config": {"height_ft": 25}}', '{"config": {"height_ft": 25.00}}')
        ]
        assert statuses == [201, 200]
        file = {"name": "elevation.pdf"}
        attached = [await ana.post(f"{at}/files", json=file) for _ in range(2)]
        assert [answer.status_code for answer in attached] == [201, 200]
        assert attached[1].json()["files"] == [file]

    run(bouncer, scenario)


async def moved(client: Client, at: str, tag: str, status: str) -> httpx.Response:
    return await client.put(f"{at}/status", json={"status": status}, headers={"If-Match": tag})


def test_what_is_refused_has_the_status_of_the_table(bouncer: str) -> None:
    async def scenario(client: Callable[[str], Client]) -> None:
        ana = client(ANA)
        project = await made(ana)
        at, tag = f"/projects/{project.json()['project_id']}", project.headers["etag"]
        key = {"Idempotency-Key": "k"}
        await ana.post("/projects", json={"name": "A"}, headers=key)
        matched = {"If-Match": tag}
        answers = {
            "a move that skips a status": (await moved(ana, at, tag, "accepted"), 409, "ES001"),
            "a status that is none": (await moved(ana, at, tag, "sold"), 422, "22P02"),
            "another project": (await ana.get(f"/projects/{uuid.uuid4()}"), 404, "P0002"),
            "no name": (await ana.post("/projects", json={}), 422, "23502"),
            "a number as name": (await ana.post("/projects", json={"name": 5}), 422, None),
            "a blank name": (await ana.post("/projects", json={"name": " "}), 422, "23514"),
            "a NUL": (await ana.post("/projects", json={"name": "\0"}), 422, None),
            "no JSON": (await ana.post("/projects", content="{"), 400, None),
            "a list": (await ana.post("/projects", json=[]), 400, None),
            "a key again": (
                await ana.post("/projects", json={"name": "B"}, headers=key), 422, "ES009",
            ),
            "a wrong cursor": (await ana.get("/projects?cursor=x"), 422, "22023"),
            "no count": (await ana.get("/projects?count=many"), 422, "22P02"),
            "no etag": (await ana.delete(at), 428, None),
            "an etag of another kind": (
                await ana.delete(at, headers={"If-Match": '"x"'}), 412, None,
            ),
            "a stale etag": (
                await ana.delete(at, headers={"If-Match": f'"{uuid.uuid4()}"'}), 412, "ES002",
            ),
            "no account": (await ana.get(at, headers={"X-Account": "ana"}), 401, None),
            "no actor": (await ana.get(at, headers={"X-Actor": ""}), 422, "22023"),
            "a design of no project": (
                await ana.put(f"/projects/{uuid.uuid4()}/designs/{MODULE}", json={"config": {}}),
                404, "23503",
            ),
        }  # fmt: skip
        got = {
            what: (answer.status_code, answer.json().get("code"))
            for what, (answer, _, _) in answers.items()
        }
        assert got == {what: (status, code) for what, (_, status, code) in answers.items()}
        assert all(answer.json()["message"] for answer, _, _ in answers.values())
        same = await moved(ana, at, tag, "draft")
        assert (same.status_code, same.headers["etag"]) == (200, tag)
        assert (await ana.delete(at, headers=matched)).status_code == 204
        assert (await ana.get(at)).status_code == 404

    run(bouncer, scenario)


def test_the_example_is_short() -> None:
    files = (ROOT / "examples/api").rglob("*.py")
    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files) <= 200
