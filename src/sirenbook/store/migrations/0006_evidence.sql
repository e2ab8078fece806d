-- What steps wrote and alerts said, put by before anything was changed. The timeline has the hash of each body.

create table evidence (
    incident_id bigint      not null references incident (id),
    digest      text        not null,
    taken_at    timestamptz not null,
    body        text        not null,
    primary key (incident_id, digest)
);
