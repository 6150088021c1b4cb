"""A diagram as SVG for the page, and as Mermaid for pages in Markdown. Pure."""

import re
from collections.abc import Iterator

from pgproof.printing import plain
from pgproof.review.diagram import Box, Diagram, Line
from pgproof.review.markup import Safe, element

_LETTER = 7.3
_ROW = 18
_HEAD = 24
_GAP_X = 70
_GAP_Y = 26
_MARGIN = 12
_MOST_IN_A_COLUMN = 8
_WORDS = {"+": "new", "-": "gone", "~": "changed", " ": "same"}


def svg(diagram: Diagram) -> Safe:
    """Return the drawing; its colours are those of classes in the page."""
    places, width, height = _placed(diagram)
    parts = [_line(line, places) for line in diagram.lines]
    parts += [_box(box, *places[box.name]) for box in diagram.boxes]
    label = "Tables that change, and the tables that they refer to"
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        role="img",
        aria_label=label,
    )


def mermaid(diagram: Diagram) -> Iterator[str]:
    """Yield the lines of an erDiagram, which GitHub and GitLab draw."""
    yield "erDiagram"
    ids = {box.name: f"t{number}" for number, box in enumerate(diagram.boxes)}
    for box in diagram.boxes:
        mark = "" if box.mark == " " else f" ({_WORDS[box.mark]})"
        yield f'  {ids[box.name]}["{_quoted(box.name)}{mark}"] {{'
        for one in box.columns:
            key = f" {one.key}" if one.key else ""
            note = "" if one.mark == " " else f' "{_WORDS[one.mark]}"'
            yield f"    {_word(one.type)} {_word(one.name)}{key}{note}"
        yield "  }"
    for line in diagram.lines:
        dashed = "..o|" if line.mark == "-" else "--o|"
        label = _quoted(line.columns) + ("" if line.mark == " " else f" ({_WORDS[line.mark]})")
        yield f'  {ids[line.source]} }}o{dashed} {ids[line.target]} : "{label}"'


def _word(text: str) -> str:
    """Return a name or type as Mermaid takes it: letters, digits, `_`, `-` and brackets."""
    found = re.sub(r"[^\w()\[\]-]+", "_", plain(text), flags=re.ASCII).strip("_") or "_"
    return found if found[0].isalpha() else f"_{found}"


def _quoted(text: str) -> str:
    return re.sub(r'["<>&#;`]', "'", plain(text))


Places = dict[str, tuple[float, float, float, float]]


def _placed(diagram: Diagram) -> tuple[Places, float, float]:
    """Return left, top, width and height of each box: what is referred to stands to the left."""
    ranks = _ranks(diagram)
    columns: dict[tuple[int, int], list[Box]] = {}
    counts: dict[int, int] = {}
    for box in diagram.boxes:
        rank = ranks[box.name]
        count = counts[rank] = counts.get(rank, -1) + 1
        columns.setdefault((rank, count // _MOST_IN_A_COLUMN), []).append(box)
    places: Places = {}
    left, height = float(_MARGIN), 0.0
    for key in sorted(columns):
        top, wide = float(_MARGIN), max(map(_width, columns[key]))
        for box in columns[key]:
            tall = _HEAD + _ROW * (len(box.columns) + (box.left_out > 0)) + 6
            places[box.name] = (left, top, wide, tall)
            top += tall + _GAP_Y
        height = max(height, top)
        left += wide + _GAP_X
    return places, max(left - _GAP_X, 0) + _MARGIN + 30, height


def _ranks(diagram: Diagram) -> dict[str, int]:
    ranks = {box.name: 0 for box in diagram.boxes}
    for _ in diagram.boxes:
        for line in diagram.lines:
            if line.source != line.target and ranks[line.source] <= ranks[line.target]:
                ranks[line.source] = min(ranks[line.target] + 1, len(diagram.boxes))
    used = {rank: place for place, rank in enumerate(sorted(set(ranks.values())))}
    return {name: used[rank] for name, rank in ranks.items()}


def _width(box: Box) -> float:
    names = [f"~ {box.name} changed", *(f"~ {one.name}  {one.type} PK" for one in box.columns)]
    return min(max(len(one) for one in names), 60) * _LETTER + 20


def _box(box: Box, left: float, top: float, width: float, height: float) -> Safe:
    state = _WORDS[box.mark]
    parts = [
        element("rect", x=left, y=top, width=width, height=height, rx=4, class_="box"),
        _text(f"{box.mark} {box.name}".strip(), left + 10, top + 16, "name"),
    ]
    if box.mark != " ":
        parts.append(_text(state, left + width - 8, top + 16, "end"))
    y = top + _HEAD + 12
    for one in box.columns:
        row = f"{one.mark} {one.name}"
        parts.append(_text(row, left + 10, y, f"row {_WORDS[one.mark]}"))
        parts.append(_text(f"{one.type} {one.key}".strip(), left + width - 8, y, "end"))
        y += _ROW
    if box.left_out:
        more = "column" if box.left_out == 1 else "columns"
        parts.append(_text(f"  and {box.left_out} {more} more", left + 10, y, "row"))
    return element("g", *parts, class_=f"table {state}")


def _text(words: str, x: float, y: float, kind: str) -> Safe:
    shown = plain(words)
    return element("text", shown, x=f"{x:.0f}", y=f"{y:.0f}", class_=kind)


def _line(line: Line, places: Places) -> Safe:
    left, top, width, height = places[line.source]
    to_left, to_top, to_width, to_height = places[line.target]
    y, to_y = top + height / 2, to_top + to_height / 2
    end, far = to_left + to_width, 35.0
    x = left
    if line.source == line.target:
        x, to_y = left + width, y - _ROW
    elif end > left:
        x = left + width
        far = max(x, end) + 40 - end
    bent = x - 35 if x == left and line.source != line.target else end + far
    path = f"M{x:.0f} {y:.0f} C{bent:.0f} {y:.0f} {end + far:.0f} {to_y:.0f} {end:.0f} {to_y:.0f}"
    path += " m8 -4 l-8 4 l8 4"
    title = element("title", plain(f"{line.source} ({line.columns}) refers to {line.target}"))
    return element("path", title, d=path, class_=f"key {_WORDS[line.mark]}")
