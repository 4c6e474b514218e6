-- Nothing to do here.
create table bread_5 (id integer primary key, note text default '-- TODO: no');
