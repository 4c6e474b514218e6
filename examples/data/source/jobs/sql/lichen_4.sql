-- TODO(jun): The second edition corrects the table on page 41, the third one breaks it again.
create table lichen_4 (id integer primary key, note text default '-- TODO: no');
