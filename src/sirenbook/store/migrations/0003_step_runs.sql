-- Steps to be run, as the outbox holds messages to be sent: claimed under a lease with a fencing token. One that
-- changes something is begun at its first claim or never. What steps wrote is kept beside the timeline, secrets masked.

create table step_run (
    incident_id bigint      not null references incident (id),
    run         integer     not null,
    due_at      timestamptz not null,
    created_at  timestamptz not null,
    attempt     integer     not null default 0,
    token       bigint,
    data        text        not null,
    primary key (incident_id, run)
) with (fillfactor = 50);

create index step_run_due on step_run (due_at);

create table step_output (
    incident_id bigint      not null references incident (id),
    run         integer     not null,
    changed_at  timestamptz not null,
    size        bigint      not null,
    done        boolean     not null,
    written     text        not null,
    primary key (incident_id, run)
);
