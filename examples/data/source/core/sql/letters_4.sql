-- Nothing to do here.
create table letters_4 (id integer primary key, note text default '-- TODO: no');
