-- FIXME: Ask Noor whether the old archive still opens.
create table lichen_0 (id integer primary key, note text default '-- TODO: no');
