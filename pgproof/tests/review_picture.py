"""Draw docs/images/review.png: the first screen of a review, in a real browser.

    cd pgproof && python -m tests.review_picture

The migrations are those of a small shop. One builds an index; the other rewrites a table and drops
a column, whose values its rollback file does not restore.
"""

import sys
import tempfile
from base64 import b64decode
from pathlib import Path

from pgproof.review.collect import review
from pgproof.review.page import html
from pgproof.run.migrate import migrate
from pgproof.settings import load
from tests import servers

sys.path.insert(0, str(Path(__file__).with_name("shared")))
import browser

PICTURE = Path(__file__).resolve().parents[1] / "docs/images/review.png"
WIDTH, HEIGHT = 1000, 1150
APPLIED = """
create table people (
    id   bigint generated always as identity primary key,
    name text not null,
    kind text not null default 'guest'
);
create table orders (
    id        bigint generated always as identity primary key,
    person_id bigint not null references people,
    total     numeric(12, 2) not null
);
insert into people (name, kind)
select 'person ' || n, 'regular' from generate_series(1, 20000) as n;
insert into orders (person_id, total) select n, n / 7.0 from generate_series(1, 20000) as n;
"""
PENDING = {
    "0002.order-totals": (
        "create index orders_total_idx on orders (total);\n",
        "drop index orders_total_idx;\n",
    ),
    "0003.drop-kind": (
        "alter table orders alter total type numeric(20, 4);\nalter table people drop kind;\n",
        "alter table people add kind text not null default 'guest';\n"
        "alter table orders alter total type numeric(12, 2);\n",
    ),
}


def main() -> None:
    """Make the project and its database, review it, and draw the page."""
    with servers.temporary() as server, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "migrations"
        folder.mkdir()
        settings = load(folder, migrations=folder)
        (folder / "0001.shop.sql").write_text(APPLIED, encoding="utf-8")
        (folder / "0001.shop.rollback.sql").write_text("drop table orders, people;", "utf-8")
        migrate(server.url(), settings)
        for name, (up, down) in PENDING.items():
            (folder / f"{name}.sql").write_text(up, encoding="utf-8")
            (folder / f"{name}.rollback.sql").write_text(down, encoding="utf-8")
        written = Path(scratch) / "review.html"
        written.write_text(html(review(server.url(), settings)), encoding="utf-8")
        with browser.page() as page:
            page.show(width=WIDTH, height=HEIGHT, scheme="light")
            page.open(written)
            shot = page.call("Page.captureScreenshot")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(b64decode(shot["data"]))
    print(f"{PICTURE}: written")


if __name__ == "__main__":
    main()
