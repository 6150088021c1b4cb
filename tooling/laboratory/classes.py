"""The query classes of the brief, as this schema and as plain tables answer them."""

from dataclasses import dataclass

from tooling.queries.application import QUERIES

TEXT_TYPES = "text, text, timestamptz, timestamptz, text, jsonb, text, text"


@dataclass(frozen=True)
class Class:
    """A query class and how many times faster than plain tables it is to be."""

    name: str
    goal: float
    ours: str
    plain: str


NOT_SLOWER = 1 / 1.1
_PLAIN = {
    "newest drafts": (
        NOT_SLOWER,
        """select project_id, name, created_at from plain.projects
            where account_id = $1 and status = 'draft'
            order by created_at desc limit 100""",
    ),
    "projects in a status": (
        NOT_SLOWER,
        """select project_id, name, customer, updated_at, etag from plain.projects
            where account_id = $1 and status = $5 order by updated_at desc limit 100""",
    ),
    "project by key": (
        NOT_SLOWER,
        """select project_id, name, customer, status, etag, confidence from plain.projects
            where account_id = $1 and project_id = $2""",
    ),
    "result by inputs": (
        NOT_SLOWER,
        """select project_id, constants_version, confidence from plain.projects
            where account_id = $1 and content_sha256 = $8""",
    ),
    "latest payloads": (
        NOT_SLOWER,
        """select p.project_id, l.payload_id, l.module, l.created_at
             from (select project_id from plain.projects
                    where account_id = $1 and status = 'estimating'
                    order by project_id limit 50) as p
            cross join lateral (
                      select y.payload_id, y.module, y.created_at
                        from plain.project_payloads as y
                       where y.project_id = p.project_id
                       order by y.created_at desc limit 1) as l""",
    ),
    "event audit": (
        10,
        """select e.occurred_at, e.event_type, e.actor, e.data, p.name
             from plain.project_events as e
             join plain.projects as p on p.project_id = e.project_id
            where p.account_id = $1
              and e.occurred_at >= $3 and e.occurred_at < $4
            order by e.occurred_at desc""",
    ),
    "dashboard": (
        10,
        """select status, count(*), avg(confidence) from plain.projects
            where account_id = $1 group by status""",
    ),
    "events by type": (
        10,
        """select e.event_type, count(*) from plain.project_events as e
             join plain.projects as p on p.project_id = e.project_id
            where p.account_id = $1
              and e.occurred_at >= $4::timestamptz - interval '7 days' and e.occurred_at < $4
            group by e.event_type""",
    ),
    "JSON": (
        10,
        """select y.payload_id, y.project_id
             from plain.project_payloads as y
             join plain.projects as p on p.project_id = y.project_id
            where p.account_id = $1
              and y.config ->> 'material' = $6::jsonb ->> 'material'
              and (y.config ->> 'height_ft')::numeric = ($6::jsonb ->> 'height_ft')::numeric
              and (y.config ->> 'wind_speed_mph')::numeric
                  = ($6::jsonb ->> 'wind_speed_mph')::numeric
            order by y.created_at desc limit 100""",
    ),
    "materialized view": (NOT_SLOWER, "select * from plain.project_stats where account_id = $1"),
    "search": (
        10,
        """select project_id, name from plain.projects
            where account_id = $1
              and (name ilike '%' || split_part($7, ' ', 1) || '%'
                   or customer ilike '%' || split_part($7, ' ', 1) || '%'
                   or site_name ilike '%' || split_part($7, ' ', 1) || '%'
                   or street ilike '%' || split_part($7, ' ', 1) || '%')
              and (name ilike '%' || split_part($7, ' ', 2) || '%'
                   or customer ilike '%' || split_part($7, ' ', 2) || '%'
                   or site_name ilike '%' || split_part($7, ' ', 2) || '%'
                   or street ilike '%' || split_part($7, ' ', 2) || '%')
            order by updated_at desc limit 100""",
    ),
}
CLASSES = tuple(Class(name, goal, QUERIES[name], plain) for name, (goal, plain) in _PLAIN.items())
