-- Steps may be carried out elsewhere: by runners that fetch them, each with a token of its own that says for which
-- labels. `labels` are those that a step asks of its runner; without any, the server runs it. `once` and `begin_by`
-- stand beside the order, so that a step whose runner is gone can be ended without it.

alter table step_run add column labels text[] not null default '{}';
alter table step_run add column once boolean not null default false;
alter table step_run add column begin_by timestamptz not null default 'infinity';

-- A token may be one person's, and then speaks for nobody else.
alter table api_token add column labels text[] not null default '{}';
alter table api_token add column person text not null default '';

create table runner (
    name    text        not null,
    process text        not null,
    labels  text[]      not null,
    seen_at timestamptz not null,
    primary key (name, process)
);
