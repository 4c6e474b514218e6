-- Nothing to do here.
create table bicycle_4 (id integer primary key, note text default '-- TODO: no');
