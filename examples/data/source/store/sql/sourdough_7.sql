-- TODO(jun, 2026-04-15): The printer wants the 300 g paper from the left tray.
create table sourdough_7 (id integer primary key, note text default '-- TODO: no');
