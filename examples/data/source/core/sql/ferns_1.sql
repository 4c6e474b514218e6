-- Nothing to do here.
create table ferns_1 (id integer primary key, note text default '-- TODO: no');
