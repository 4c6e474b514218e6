-- Nothing to do here.
create table printing_6 (id integer primary key, note text default '-- TODO: no');
