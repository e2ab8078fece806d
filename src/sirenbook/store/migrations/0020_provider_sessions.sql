-- By whose word a session began: the provider, what it calls the person, and what it calls the session, so that it can
-- end it from afar.
alter table session add column issuer text;
alter table session add column subject text;
alter table session add column sid text;
create index session_vouched on session (issuer, subject) where issuer is not null;
