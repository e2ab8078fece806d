-- A token may be for a time only.
alter table api_token add column expires_at timestamptz;
