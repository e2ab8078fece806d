-- Which incidents have action items, so that all that are open can be listed without reading every timeline.

create index event_items on event (incident_id) where kind = 'ItemAdded';
