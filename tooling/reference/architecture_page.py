"""docs/architecture.md from the packages themselves: their rooms, and the imports between them."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pgproof
import tooling
from tooling.reference.markdown import NOTICE, code, table

INTRODUCTION = """\
The repository holds two distributions. [pgproof](../pgproof/README.md) is the migration runner,
which any team can install; it knows nothing of this product, and a test says so. `tooling` is this
product's command; it registers the commands of pgproof under its own name. `tooling` imports
pgproof, and never the reverse. In both no room imports one that stands above it, and no modules
import each other in a circle; tests say so, and name the order. Only commands import the
laboratory. An arrow is an import."""
PACKAGES = (pgproof, tooling)


def render() -> str:
    """Return the page: each package's rooms with their purpose, and a picture of their imports."""
    lines = ["# Architecture", "", NOTICE.format(source="the packages' own files")]
    lines += ["", INTRODUCTION]
    for package in PACKAGES:
        root = Path(str(package.__file__)).parent
        rooms = _rooms(root)
        lines += ["", f"## {package.__name__}", *table(("room", "purpose"), _rows(root, rooms))]
        lines += ["", *_picture(root, rooms)]
    return "\n".join(lines) + "\n"


def _rooms(root: Path) -> dict[str, list[Path]]:
    """Return the modules of each room; those of the package itself are room ''."""
    rooms = {"": sorted(root.glob("*.py"))}
    for folder in sorted(path.parent for path in root.glob("*/__init__.py")):
        rooms[folder.name] = sorted(folder.rglob("*.py"))
    return rooms


def _rows(root: Path, rooms: Mapping[str, list[Path]]) -> Iterator[tuple[str, str]]:
    for room in filter(None, rooms):
        yield code(f"{root.name}/{room}"), _purpose(root / room / "__init__.py")
    for file in rooms[""]:
        if not file.name.startswith("__"):
            yield code(f"{root.name}/{file.name}"), _purpose(file)


def _purpose(file: Path) -> str:
    """Return the first line of a module's docstring."""
    words = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return words.splitlines()[0] if words else ""


def _picture(root: Path, rooms: Mapping[str, list[Path]]) -> list[str]:
    """Return a diagram of the rooms; the package's own modules are left out."""
    arrows = set()
    for room, files in rooms.items():
        for file in files if room else ():
            for module in _imports(file):
                other = module.split(".")
                if other[0] != root.name and other[0] in {one.__name__ for one in PACKAGES}:
                    arrows.add((room, other[0]))
                elif other[0] == root.name and len(other) > 1 and other[1] in rooms.keys() - {room}:
                    arrows.add((room, other[1]))
    drawn = [f"    {source} --> {target}" for source, target in sorted(arrows)]
    return ["```mermaid", "flowchart TD", *drawn, "```"]


def _imports(file: Path) -> Iterator[str]:
    """Yield the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
