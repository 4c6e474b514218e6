-- Nothing to do here.
create table budget_2 (id integer primary key, note text default '-- TODO: no');
