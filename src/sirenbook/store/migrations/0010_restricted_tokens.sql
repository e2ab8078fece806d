-- A token that programs share sees restricted incidents only if it was made to. The one that the server keeps for the
-- command line of its own machine was: whoever reads its file can read the database too.
alter table api_token add column restricted boolean not null default false;
update api_token set restricted = true where name = 'command line' and scope = 'admin';
