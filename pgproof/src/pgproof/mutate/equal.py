"""Numbers of a routine of which PostgreSQL makes the same when they are moved by one."""

_NEAR = 8
"""Words between the name of a setting and the number that it is compared with."""
_FIRST_OID = "16384"
"""FirstNormalObjectId: at most one object of a cluster has it, and none of the server's own."""


def rule(words: list[str], place: int, language: str) -> str:
    """Return why a number moved by one would change nothing, or nothing."""
    if "'server_version_num'" in words[max(0, place - _NEAR) : place]:
        return "a version of the server between two releases"
    if _is_seed(words, place) and any("advisory" in word for word in words):
        return "another seed of an advisory lock"
    if words[place] == _FIRST_OID and "oid" in words[max(0, place - 3) : place]:
        return "the first OID that the server does not give to its own objects"
    if words[place - 1] != "limit" or language != "plpgsql":
        return ""
    depth = 0
    for index in range(place - 1, -1, -1):
        word = words[index]
        depth += (word in ")]") - (word in "([")
        if depth < 0 or word == ";":
            return ""
        if word == "into" and depth == 0:
            return "" if words[index + 1] == "strict" else "INTO takes the first row alone"
    return ""


def _is_seed(words: list[str], place: int) -> bool:
    """Whether a number is the last argument of hashtextextended()."""
    depth = 0
    for index in range(place - 1, 0, -1):
        word = words[index]
        depth += (word in ")]") - (word in "([")
        if depth < 0:
            return words[index - 1] == "hashtextextended"
    return False
