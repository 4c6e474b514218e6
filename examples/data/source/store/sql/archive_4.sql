-- FIXME(noor, 2026-06-15): Seen from the ridge, the valley looks like a question that nobody asked.
create table archive_4 (id integer primary key, note text default '-- TODO: no');
