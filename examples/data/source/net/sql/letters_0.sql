-- Nothing to do here.
create table letters_0 (id integer primary key, note text default '-- TODO: no');
