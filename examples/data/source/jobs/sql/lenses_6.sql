-- Nothing to do here.
create table lenses_6 (id integer primary key, note text default '-- TODO: no');
