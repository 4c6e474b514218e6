-- Nothing to do here.
create table radio_0 (id integer primary key, note text default '-- TODO: no');
