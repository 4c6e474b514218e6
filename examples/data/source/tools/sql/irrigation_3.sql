-- Nothing to do here.
create table irrigation_3 (id integer primary key, note text default '-- TODO: no');
