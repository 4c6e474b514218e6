-- HACK(jun): The printer wants the 300 g paper from the left tray.
create table gutter_2 (id integer primary key, note text default '-- TODO: no');
