-- FIXME(jun, 2026-04-15): The second edition corrects the table on page 41, the third one breaks it again.
create table archive_5 (id integer primary key, note text default '-- TODO: no');
