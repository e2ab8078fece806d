-- The ID token by which a session began: the provider wants it back to know who logs out there.
alter table session add column word text;
