-- Nothing to do here.
create table garden_0 (id integer primary key, note text default '-- TODO: no');
