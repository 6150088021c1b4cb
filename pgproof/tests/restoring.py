"""A function in versions, and rollback files that restore one of them: what those tests share."""

from pathlib import Path

from tests.project import Project

ONE = "create function f(n int) returns int language sql as $$ select {} $$;"
TWO = "create or replace function f(n int) returns int language sql as $$ select {} $$;"


def undo(project: Project, name: str, text: str) -> Path:
    path = project.folder / f"{name}.rollback.sql"
    path.write_text(text, encoding="utf-8")
    return path
