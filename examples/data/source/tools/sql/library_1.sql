-- Nothing to do here.
create table library_1 (id integer primary key, note text default '-- TODO: no');
