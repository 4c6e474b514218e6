-- FIXME(ada, 2026-10-15): Bring back the ladder.
create table irrigation_3 (id integer primary key, note text default '-- TODO: no');
