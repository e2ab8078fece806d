-- What came back through a channel, by the other side's own name for it: the same word acts once, however often it comes.

create table heard (
    name text primary key,
    at   timestamptz not null
);

create index heard_at on heard (at);
