-- A session by sealed access: it has a name and a role of its own, whatever its account has.
alter table session add column name text;
alter table session add column role text;
