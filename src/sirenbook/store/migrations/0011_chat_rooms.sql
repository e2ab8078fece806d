-- The rooms that chats have for incidents, and how far each is kept up.

create table chat_room (
    incident_id bigint      not null references incident (id),
    chat        text        not null,
    name        text        not null default '',
    room        text        not null default '',
    private     boolean     not null default false,
    invited     text[]      not null default '{}',
    topic       text        not null default '',
    card        text        not null default '',
    carded      text        not null default '',
    told        integer     not null default 0,
    telling     integer     not null default 0,
    busy_until  timestamptz not null,
    primary key (incident_id, chat)
);

create index chat_room_room on chat_room (chat, room);
