"""The roles of sql/roles.sql, where they are listed."""

import re

from tests.conftest import ROOT


def roles() -> dict[str, str]:
    """Return what each role may: `login` or `nologin`."""
    text = (ROOT / "sql/roles.sql").read_text(encoding="utf-8")
    found = dict(re.findall(r"\('(eagle_\w+)',\s+'((?:no)?login)'", text))
    assert found, "sql/roles.sql lists no role"
    return found


def logins() -> list[str]:
    """Return the roles that log in."""
    return [role for role, login in roles().items() if login == "login"]
