"""Splitting and hashing agree with PostgreSQL's own parser and scanner, on whatever is written."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pglast import parse_sql
from pglast.parser import scan

from pgproof.errors import RefusedError
from pgproof.files import hashes as hashing
from pgproof.files.hashes import code_sha256
from pgproof.files.script import Script
from pgproof.files.split import split
from pgproof.files.statement import Kind

HERE = Path("0001.t.sql")

_WORDS = st.sampled_from(["a", '"begin"', '"ein; "" Ä"', "é", "ŝ.τ", "x1"])
_LITERALS = st.one_of(
    st.integers(0, 10**6).map(str),
    st.text("ab;'-/*$ é😀\n", max_size=8).map(lambda s: "'" + s.replace("'", "''") + "'"),
    st.text("ab;\\'-/*", max_size=6).map(
        lambda s: "E'" + s.replace("\\", "\\\\").replace("'", "\\'") + "'"
    ),
    st.text("ab;'-/*é\n", max_size=8).map(lambda s: f"$body${s}$body$"),
)
_STATEMENTS = st.one_of(
    st.builds("select {} # {}".format, st.integers(0, 9), st.integers(0, 9)),
    st.builds("insert into {} values ({})".format, _WORDS, _LITERALS),
    st.builds("comment on table {} is {}".format, _WORDS, _LITERALS.filter(lambda s: s[0] in "'$")),
    st.builds("do {}".format, st.text("ab;'-/*é\n", max_size=8).map(lambda s: f"$x${s}$x$")),
    st.builds(
        "create function {}() returns int language sql begin atomic; select {}; end".format,
        st.sampled_from(["f", "g"]),
        _LITERALS,
    ),
)
_SPACE = st.sampled_from([" ", "\n", "\t", "\n\n", "\r\n"])
_COMMENTS = st.one_of(
    st.text("ab;'é😀$", max_size=6).map(lambda s: f"-- {s}\n"),
    st.text("ab;'\n", max_size=6).map(lambda s: f"/* {s} /* nested; */ */"),
)
_GAPS = st.lists(st.one_of(_SPACE, _COMMENTS), max_size=3).map("".join)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Draw a file, and the statements it was put together from."""
    statements = draw(st.lists(_STATEMENTS, max_size=6))
    text = draw(_GAPS)
    for statement in statements:
        text += statement + draw(_GAPS) + ";" + draw(_GAPS)
    return text, statements


@given(files())
@example(("select 'é😀'; /* ü */ select 2;", ["select 'é😀'", "select 2"]))
def test_a_file_splits_into_the_statements_it_was_made_of(file: tuple[str, list[str]]) -> None:
    text, statements = file
    found = split(text, HERE)
    assert [parse_sql(one.sql)[0].stmt for one in found] == [
        parse_sql(one)[0].stmt for one in statements
    ]
    for number, one in enumerate(found, 1):
        assert one.number == number
        assert one.sql.split("\n")[0] in text.split("\n")[one.line - 1]


@given(files(), st.data())
def test_comments_and_space_do_not_change_the_hash(
    file: tuple[str, list[str]], data: st.DataObject
) -> None:
    text, _ = file
    other, position = "", 0
    for token in scan(text):
        if token.name not in ("SQL_COMMENT", "C_COMMENT"):
            gap = data.draw(_GAPS) if other else ""
            other += gap + " " + text[token.start : token.end + 1]
        position = token.end
    assert position <= len(text)
    assert code_sha256(other) == code_sha256(text)


@given(files(), st.data())
def test_a_changed_token_changes_the_hash(file: tuple[str, list[str]], data: st.DataObject) -> None:
    text, _ = file
    tokens = [t for t in scan(text) if t.name in ("ICONST", "SCONST", "IDENT")]
    if not tokens:
        return
    token = data.draw(st.sampled_from(tokens))
    last = token.start + 1 if token.name == "SCONST" else token.end + 1
    changed = text[:last] + ("é" if token.name == "SCONST" else "1") + text[last:]
    try:
        parse_sql(changed)
    except Exception:
        return
    assert code_sha256(changed) != code_sha256(text)


def test_in_a_large_file_a_statement_is_one_token() -> None:
    large = "select 1; select '" + "x" * hashing.LARGE + "';"
    assert code_sha256(large) == code_sha256("-- c\n" + large + " /* c */")
    assert code_sha256(large) != code_sha256(large.replace("x", "y", 1))
    assert code_sha256(large) != code_sha256(large.replace("select '", "select /* c */ '"))


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("select 1;\n\\d t\n", 2, "psql meta-command"),
        ("select 1;\n\ncopy t (a) from stdin;\n1\n\\.\n", 3, "COPY FROM STDIN"),
        ("select 1;\nselct 2;", 2, "syntax error"),
        ("select 'open", 1, "unterminated"),
    ],
)
def test_what_does_not_parse_is_refused_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(RefusedError, match=what) as caught:
        split(text, HERE)
    assert caught.value.message.startswith(f"0001.t.sql:{line}:")
    assert caught.value.hint


@pytest.mark.parametrize(
    "raw", [b"\xef\xbb\xbfselect 1;", b"\xff\xfes\0e\0", b"select '\0';", b"select '\xe9';"]
)
def test_bytes_that_are_no_clean_utf8_are_refused(raw: bytes) -> None:
    with pytest.raises(RefusedError):
        _ = Script(HERE, raw).statements


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("insert into t values ('concurrently')", Kind.ORDINARY),
        ("create index i on t (a)", Kind.ORDINARY),
        ("create index concurrently_made on t (a)", Kind.ORDINARY),
        ("create unique index concurrently i on t (a)", Kind.CONCURRENT),
        ("drop index concurrently i", Kind.CONCURRENT),
        ("reindex (concurrently) table t", Kind.CONCURRENT),
        ("reindex table concurrently t", Kind.CONCURRENT),
        ("reindex table t", Kind.EITHER),
        ("reindex schema s", Kind.OUTSIDE),
        ("alter table t detach partition p concurrently", Kind.CONCURRENT),
        ("alter table t detach partition p finalize", Kind.ORDINARY),
        ("alter table t detach partition p", Kind.ORDINARY),
        ("refresh materialized view concurrently m", Kind.ORDINARY),
        ("vacuum t", Kind.OUTSIDE),
        ("analyze t", Kind.ORDINARY),
        ("cluster", Kind.OUTSIDE),
        ("cluster t using i", Kind.EITHER),
        ("create database d", Kind.OUTSIDE),
        ("alter database d set search_path = s", Kind.ORDINARY),
        ("alter database d set tablespace s", Kind.OUTSIDE),
        ("alter system set work_mem = '1MB'", Kind.OUTSIDE),
        ("call p()", Kind.CALL),
        ("do $$ begin insert into t values (1); commit; end $$", Kind.CALL),
        ("do $$ begin <<a>> call p(); end $$", Kind.CALL),
        ("do $$ begin if true then rollback; end if; end $$", Kind.CALL),
        ("do language plperl 'spi_commit();'", Kind.CALL),
        ("do $$ begin create temp table t () on commit drop; end $$", Kind.ORDINARY),
        ("do $$ begin raise notice 'call; commit;'; end $$", Kind.ORDINARY),
        ("set work_mem = '1MB'", Kind.SETTING),
        ("set local work_mem = '1MB'", Kind.ORDINARY),
        ("copy t from stdin", Kind.COPY_STDIN),
        ("copy t from '/a'", Kind.ORDINARY),
        ("copy t to stdout", Kind.ORDINARY),
        ("begin", Kind.CONTROL),
        ("start transaction", Kind.CONTROL),
        ("END", Kind.CONTROL),
        ("savepoint s", Kind.CONTROL),
        ("prepare transaction 'x'", Kind.CONTROL),
        ("rollback to prepared", Kind.CONTROL),
        ("prepare p as select 1", Kind.ORDINARY),
        ("(select 1)", Kind.ORDINARY),
        ("alter type e add value 'x'", Kind.ORDINARY),
    ],
)
def test_statements_are_told_apart_by_what_they_ask_of_a_transaction(sql: str, kind: Kind) -> None:
    assert split(sql, HERE)[0].kind is kind
