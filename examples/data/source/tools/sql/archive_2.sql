-- HACK(noor, 2026-12-15): The old lens is softer, and that is why portraits came out well.
create table archive_2 (id integer primary key, note text default '-- TODO: no');
