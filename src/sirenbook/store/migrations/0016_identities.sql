-- Who else vouches for an account: a provider, and what it calls the person. Names and addresses are no proof.
create table identity (
    issuer     text        not null,
    subject    text        not null,
    account_id bigint      not null references account (id),
    linked_at  timestamptz not null,
    primary key (issuer, subject)
);
create index identity_account on identity (account_id);

-- Logins that have begun elsewhere and are to come back: each once, and soon.
create table login_attempt (
    hash       bytea       primary key,
    kind       text        not null,
    data       jsonb       not null,
    expires_at timestamptz not null
);
create index login_attempt_expires on login_attempt (expires_at);
