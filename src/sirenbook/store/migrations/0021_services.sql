-- Whose an incident is decides which business hours count: those that are open know their service from now on.
update incident i set state = (i.state::jsonb || jsonb_build_object('service', e.data::jsonb ->> 'service'))::text
from event e
where e.incident_id = i.id and e.seq = 1 and (i.status <> 'resolved' or i.wake_at is not null)
  and e.data::jsonb ->> 'service' <> '';
