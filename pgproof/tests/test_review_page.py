"""The page of a review in a real browser: light and dark, on a phone, with hostile SQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import browser
from pgproof.review.collect import review
from pgproof.review.page import html
from tests.project import Project

_HOSTILE = (
    "</script><script>document.title='x'</script><img src=http://localhost:9/a onerror=alert(1)>"
    "<style>body{display:none}</style></td></table><a href=javascript:alert(1)>b</a>"
)
_CONTRAST = """
(() => {
  const part = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4 };
  const light = rgb => {
    const [r, g, b] = rgb.map(part);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const numbers = text => text.match(/[0-9.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) {
    const c = numbers(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] > 0) return c.slice(0, 3);
  } return [255, 255, 255] };
  const bad = [];
  for (const e of document.querySelectorAll('h1,h2,p,li,td,th,a,.tag,summary,.diff div,code')) {
    if (!e.checkVisibility() || !e.textContent.trim()) continue;
    const a = light(numbers(getComputedStyle(e).color).slice(0, 3)), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push(e.tagName + '.' + e.className + ' ' + ratio.toFixed(1));
  }
  return [...new Set(bad)].join('; ');
})()
"""


@pytest.fixture
def opened(project: Project, tmp_path: Path) -> Iterator[browser.Page]:
    """Return the page of a review of hostile SQL, opened."""
    project.write("0001.people", "create table people (id integer primary key, name text);",
                  "drop table people;")  # fmt: skip
    project.write(
        f"0002.{_HOSTILE[:9].replace('/', '')}",
        f"-- {_HOSTILE}\ncomment on table people is $x${_HOSTILE}$x$;\n"
        f"alter table people add {'a' * 60} text default $x${_HOSTILE}$x$;\n"
        f"alter table people alter id type bigint; -- {'long ' * 80}\n"
        'create table "<b onclick=alert(1)>" (id bigint primary key references people);\n',
        f'drop table "<b onclick=alert(1)>"; -- {_HOSTILE}',
    )
    path = tmp_path / "review.html"
    path.write_text(html(review(project.url, project.settings)), encoding="utf-8")
    with browser.page() as page:
        page.open(path)
        yield page


def test_the_page_opens_everywhere_and_hostile_text_is_text(opened: browser.Page) -> None:
    assert [url.partition(":")[0] for url in opened.requests] == ["file"]
    assert opened.messages == []
    assert opened.ask("document.title").startswith("No: 2 migrations")
    unwanted = "script,img,iframe,object,link,form,[onclick],[onerror],a[href^=javascript],b"
    assert opened.ask(f"document.querySelectorAll('{unwanted}').length") == 0
    assert _HOSTILE in opened.ask("document.body.textContent")
    assert "<b onclick=alert(1)>" in opened.ask("document.querySelector('svg').textContent")
    grounds = set()
    for scheme in ("light", "dark"):
        for width in (390, 1280):
            opened.show(width=width, scheme=scheme)
            assert opened.ask("document.documentElement.scrollWidth") <= width
            assert opened.ask(
                "[...document.querySelectorAll('.scroll')].every(e => e.clientWidth < innerWidth)"
            )
        opened.ask("document.querySelectorAll('details').forEach(e => e.open = true)")
        assert opened.ask("document.documentElement.scrollWidth") <= 1280
        assert opened.ask(_CONTRAST) == ""
        grounds.add(opened.ask("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2
    opened.show(width=390, scheme="dark")
    assert opened.ask("document.documentElement.scrollWidth") == 390
    assert opened.picture().startswith(b"\x89PNG")
    links = "[...document.querySelectorAll('a')].map(e => e.getAttribute('href'))"
    for target in opened.ask(links):
        assert opened.ask(f"document.getElementById({target[1:]!r}) !== null"), target
