-- Nothing to do here.
create table beekeeping_0 (id integer primary key, note text default '-- TODO: no');
