-- Nothing to do here.
create table pottery_5 (id integer primary key, note text default '-- TODO: no');
