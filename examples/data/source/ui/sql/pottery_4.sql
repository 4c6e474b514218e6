-- Nothing to do here.
create table pottery_4 (id integer primary key, note text default '-- TODO: no');
