"""The tables of the demo's database, as playbooks name them, and what stands in them."""

from datetime import datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection

TABLES = """
create extension pg_stat_statements;
create table workflows (id bigint primary key, name text not null, state text not null, updated_at timestamptz);
create table users (id text primary key, name text not null, is_active boolean not null default true);
create table api_keys (id text primary key, user_id text not null references users, revoked_at timestamptz);
create table refresh_tokens (id text primary key, user_id text not null references users, revoked_at timestamptz);
create table audit_logs (
  user_id text not null, action text not null, created_at timestamptz not null,
  at timestamptz generated always as (created_at) stored
);
create table request_logs (
  api_key_id text not null, path text not null, created_at timestamptz not null,
  at timestamptz generated always as (created_at) stored
);
create view audit_log as select * from audit_logs;
create view request_log as select * from request_logs;
"""
AGED = """
create schema aged;
grant usage on schema aged to public;
create view aged.pg_stat_activity with (security_invoker) as
  select datid, datname, pid, leader_pid, usesysid, usename, application_name, client_addr, client_hostname,
         client_port, backend_start - back as backend_start, xact_start - back as xact_start,
         query_start - back as query_start, state_change - back as state_change, wait_event_type, wait_event, state,
         backend_xid, backend_xmin, query_id, query, backend_type
  from (select a.*, case when usename = 'app' then interval '12 minutes' else interval '0' end as back
        from pg_catalog.pg_stat_activity a) aged;
grant select on aged.pg_stat_activity to public;
"""
"""The faults of the demo have begun a while ago, so the application's sessions look that old."""
WORKFLOWS = (
    "insert into workflows select n, 'workflow ' || n, "
    "(array['done', 'done', 'running', 'failed'])[1 + n %% 4], %(now)s - n * interval '1 minute' "
    "from generate_series(1, 4000) n on conflict do nothing"
)
_ROWS = (
    "insert into users select n::text, 'user ' || n from generate_series(1, 40) n",
    "insert into api_keys select n::text, (1 + n %% 40)::text from generate_series(1, 60) n",
    "insert into refresh_tokens select n::text, (1 + n %% 40)::text from generate_series(1, 90) n",
    "insert into audit_logs (user_id, action, created_at) select (1 + n %% 40)::text, 'read', "
    "%(now)s - n * interval '11 seconds' from generate_series(1, 900) n",
    "insert into request_logs (api_key_id, path, created_at) select (1 + n %% 60)::text, '/v1/items', "
    "%(now)s - n * interval '9 seconds' from generate_series(1, 1200) n",
)


def fill(connection: psycopg.Connection[Any], now: datetime) -> None:
    """Write what a healthy platform would hold."""
    for text in (WORKFLOWS, *_ROWS):
        connection.execute(text.encode(), {"now": now})


async def restore(connection: AsyncConnection[Any]) -> None:
    """Put the workflows back, as from last night's dump."""
    await connection.execute(
        b"insert into workflows select n, 'workflow ' || n, 'done', null from generate_series(1, 4000) n "
        b"on conflict do nothing"
    )
