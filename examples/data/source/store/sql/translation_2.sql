-- Nothing to do here.
create table translation_2 (id integer primary key, note text default '-- TODO: no');
