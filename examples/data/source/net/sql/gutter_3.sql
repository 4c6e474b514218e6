-- Nothing to do here.
create table gutter_3 (id integer primary key, note text default '-- TODO: no');
