-- Nothing to do here.
create table radio_7 (id integer primary key, note text default '-- TODO: no');
