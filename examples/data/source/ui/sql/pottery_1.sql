-- Nothing to do here.
create table pottery_1 (id integer primary key, note text default '-- TODO: no');
