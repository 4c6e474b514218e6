-- TODO(noor, 2026-07-15): The printer wants the 300 g paper from the left tray.
create table radio_7 (id integer primary key, note text default '-- TODO: no');
