-- Nothing to do here.
create table library_7 (id integer primary key, note text default '-- TODO: no');
