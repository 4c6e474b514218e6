-- Nothing to do here.
create table seedlings_3 (id integer primary key, note text default '-- TODO: no');
