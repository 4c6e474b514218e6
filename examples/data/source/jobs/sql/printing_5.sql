-- Nothing to do here.
create table printing_5 (id integer primary key, note text default '-- TODO: no');
