-- Health checks: one row each, whose due_at every node shares. A look is claimed by moving it past its time limit and
-- drawing a token, by which alone its result is written.

create table health_check (
    name      text primary key,
    digest    text        not null,
    made_at   timestamptz not null,
    due_at    timestamptz not null,
    token     bigint      not null default 0,
    standing  text        not null default 'new',
    since     timestamptz,
    failures  integer     not null default 0,
    looked_at timestamptz,
    seconds   double precision not null default 0,
    detail    text        not null default '',
    beat_at   timestamptz,
    told      text        not null default 'no',
    told_at   timestamptz
);

create index health_check_due on health_check (due_at);
