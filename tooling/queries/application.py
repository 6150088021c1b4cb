"""The queries of the application, each prepared with the same parameters.

A query is what an application of the account types; what a function of the schema does in one call
is that call. $1 account, $2 project, $3 from, $4 until, $5 status, $6 config, $7 words, $8 hash of
inputs.
"""

TYPES = "uuid, uuid, timestamptz, timestamptz, text, jsonb, text, text"
QUERIES = {
    "newest drafts": """select project_id, name, created_at from app.projects
        where account_id = $1 and status = 'draft'
        order by created_at desc limit 100""",
    "projects in a status": """select project_id, name, customer, updated_at, etag
         from app.list_projects($1, $5::app.project_status, 100)""",
    "project by key": """select project_id, name, customer, status, etag, confidence
         from app.projects
        where account_id = $1 and project_id = $2""",
    "result by inputs": """select project_id, constants_version, confidence from app.projects
        where account_id = $1 and content_sha256 = $8""",
    "latest payloads": """select p.project_id, l.payload_id, l.module, l.created_at
         from (select project_id from app.projects
                where account_id = $1 and status = 'estimating'
                order by project_id limit 50) as p
        cross join lateral (
                  select y.payload_id, y.module, y.created_at from app.project_payloads as y
                   where y.account_id = $1 and y.project_id = p.project_id
                   order by y.created_at desc limit 1) as l""",
    "event audit": """select e.occurred_at, e.event_type, e.actor, e.data, p.name
         from app.project_events as e
         join app.projects as p
           on p.account_id = e.account_id and p.project_id = e.project_id
        where e.account_id = $1 and p.account_id = $1
          and e.occurred_at >= $3 and e.occurred_at < $4
        order by e.occurred_at desc""",
    "dashboard": """select status, project_count, mean_confidence from app.account_dashboard
        where account_id = $1""",
    "events by type": """select event_type, count(*) from app.project_events
        where account_id = $1
          and occurred_at >= $4::timestamptz - interval '7 days' and occurred_at < $4
        group by event_type""",
    "JSON": "select payload_id, project_id from app.find_payloads($1, $6, 100)",
    "materialized view": "select * from app.account_stats where account_id = $1",
    "search": "select project_id, name from app.search_projects($1, $7, 100)",
}
