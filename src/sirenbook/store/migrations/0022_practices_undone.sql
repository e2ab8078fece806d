-- That a practice was done can be taken back: by a row of its own, so that both words stay.
alter table practice_record drop constraint practice_record_kind_check;
alter table practice_record add constraint practice_record_kind_check check (kind in ('begun', 'done', 'undone'));
alter table practice_record add column undoes bigint references practice_record (id);
create unique index practice_undone on practice_record (undoes) where undoes is not null;
