"""Projects, payloads and totals that are not what the log says."""

from tests.tamper.case import statements
from tests.tamper.world import ANA, DELETED, ERASED, PROJECT, QUIET

_OF = f"where project_id = '{PROJECT}'"
for column, value in (
    ("status", "'accepted'"),
    ("updated_by", "'ana@example.com'"),
    ("created_at", "created_at - interval '1 day'"),
    ("confidence", "0.75"),
    ("customer", "'Another'"),
    ("project_id", "gen_random_uuid()"),
):
    statements(
        f"a project gets another {column}", f"update app.projects set {column} = {value} {_OF}"
    )
statements(
    "a project gets another status, and the totals are corrected",
    f"update app.projects set status = 'accepted' {_OF}; select ops.recount_project_totals()",
)
statements("a project is removed", f"delete from app.projects where project_id = '{QUIET}'")
statements(
    "a project is removed with its designs, and the totals corrected",
    f"delete from app.project_payloads where project_id = '{QUIET}';"
    f" delete from app.projects where project_id = '{QUIET}'; select ops.recount_project_totals()",
)
_AGAIN = (
    "insert into app.projects (account_id, project_id, name, created_by, updated_by)"
    " values ('{0}', {1}, 'Sign', 'ana@example.com', 'ana@example.com');"
    " select ops.recount_project_totals()"
)
statements("a deleted project comes back", _AGAIN.format(ANA, f"'{DELETED}'"))
statements("a project comes from nowhere", _AGAIN.format(ANA, "gen_random_uuid()"))
statements(
    "an erased project gets another status, and the totals are corrected",
    f"update app.projects set status = 'accepted' where project_id = '{ERASED}';"
    " select ops.recount_project_totals()",
)
statements(
    "an erased project gets another updated_by",
    f"update app.projects set updated_by = 'eve@example.com' where project_id = '{ERASED}'",
)
statements(
    "a design is changed",
    f"""update app.project_payloads set config = config || '{{"height_ft": 30}}' {_OF}""",
)
statements("a design is removed", f"delete from app.project_payloads {_OF}")
statements(
    "a design comes from nowhere",
    "insert into app.project_payloads (account_id, project_id, module, config)"
    f" values ('{ANA}', '{PROJECT}', 'signage.two_pole.direct_burial', '{{}}')",
)
statements(
    "a design goes to another project",
    f"update app.project_payloads set project_id = '{ERASED}' {_OF}",
)
statements(
    "a design is dated otherwise",
    f"update app.project_payloads set created_at = created_at - interval '1 hour' {_OF}",
)
statements(
    "the hash of designs is made a column like others, and a design changed",
    "alter table app.project_payloads alter column sha256 drop expression;"
    f""" update app.project_payloads set config = '{{"height_ft": 30}}' {_OF}""",
)
statements(
    "the hash of designs lies for a moment, while a design is changed",
    """
    create temporary table body as
    select pg_get_functiondef('app.snapshot_sha256'::regproc) as text;
    do $$ begin execute format(
        'create or replace function app.snapshot_sha256'
        '(config jsonb, files jsonb, cost_snapshot jsonb) returns text language sql immutable'
        ' as %L',
        format('select %L::text', (select sha256 from app.project_payloads """
    f"{_OF}"
    """))); end $$;
    update app.project_payloads set config = '{"height_ft": 30}' """
    f"{_OF}"
    """;
    do $$ begin execute (select text from body); end $$
    """,
)
statements("totals are changed", "update app.project_totals set project_count = project_count + 1")
statements("totals are removed", "truncate app.project_totals")
statements(
    "totals come from nowhere",
    "insert into app.project_totals (account_id, status, project_count, confidence_count,"
    " confidence_sum, duration) values (gen_random_uuid(), 'draft', 1, 0, 0, '0')",
)
