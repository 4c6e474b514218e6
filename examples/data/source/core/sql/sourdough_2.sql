-- Nothing to do here.
create table sourdough_2 (id integer primary key, note text default '-- TODO: no');
