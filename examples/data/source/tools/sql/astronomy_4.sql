-- Nothing to do here.
create table astronomy_4 (id integer primary key, note text default '-- TODO: no');
