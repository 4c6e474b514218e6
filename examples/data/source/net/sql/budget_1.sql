-- Nothing to do here.
create table budget_1 (id integer primary key, note text default '-- TODO: no');
