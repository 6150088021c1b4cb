"""The modules of a package and the imports between them, for the laws of its rooms.

Also for tests of programs that pgproof is a part of.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """The package in the folder `root`, and its rooms from the lowest to the highest.

    A room is a folder, or a module beside the folders; those that are not named are room "".
    """

    root: Path
    rooms: Sequence[str]

    @cached_property
    def modules(self) -> dict[str, Path]:
        files = sorted(self.root.rglob("*.py"))
        return {self.name_of(file): file for file in files}

    def name_of(self, file: Path) -> str:
        parts = file.relative_to(self.root.parent).with_suffix("").parts
        return ".".join(parts).removesuffix(".__init__")

    def imports(self, module: str) -> set[str]:
        """Return the modules that one imports, wherever in it: at the top, late, or for types."""
        found: set[str] = set()
        for node in ast.walk(ast.parse(self.modules[module].read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0 and node.module
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= {name if name in self.modules else node.module for name in inner}
        return found

    def room(self, module: str) -> str:
        parts = module.split(".")
        return parts[1] if len(parts) > 1 and parts[1] in self.rooms else ""

    def arrows(self) -> list[tuple[str, str]]:
        """Return the imports of modules of the package by others; `__main__` may import any."""
        return [
            (module, other)
            for module in self.modules
            for other in sorted(self.imports(module) & self.modules.keys())
            if module != f"{self.root.name}.__main__"
        ]

    def upward(self) -> list[str]:
        """Return the imports of a room by a lower one."""
        rank = self.rooms.index
        return [
            f"{module} -> {other}"
            for module, other in self.arrows()
            if rank(self.room(module)) < rank(self.room(other))
        ]

    def circle(self) -> list[str]:
        """Return the modules that import each other in a circle, if there are any."""
        graph = {module: self.imports(module) & self.modules.keys() for module in self.modules}
        try:
            list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            return list(error.args[1])
        return []
