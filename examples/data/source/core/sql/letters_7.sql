-- Nothing to do here.
create table letters_7 (id integer primary key, note text default '-- TODO: no');
