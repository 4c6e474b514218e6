-- Nothing to do here.
create table irrigation_2 (id integer primary key, note text default '-- TODO: no');
