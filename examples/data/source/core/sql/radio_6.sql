-- TODO(noor, 2026-09-15): Write the test first, then the excuse.
create table radio_6 (id integer primary key, note text default '-- TODO: no');
