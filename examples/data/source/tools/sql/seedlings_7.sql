-- Nothing to do here.
create table seedlings_7 (id integer primary key, note text default '-- TODO: no');
