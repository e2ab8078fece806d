-- Which playbook was in force from when on, and who put it there. The newest number is in force on every node; a
-- number is taken once, so of two people who apply at once one is told that the other was first.

create table policy_version (
    number     bigint primary key,
    digest     text        not null,
    policy     text        not null references policy (digest),
    texts      json        not null,
    applied_at timestamptz not null,
    applied_by text        not null,
    via        text        not null,
    note       text        not null default ''
);
