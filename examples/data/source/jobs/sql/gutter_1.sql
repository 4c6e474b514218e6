-- FIXME: The meeting moved to Thursday, and nobody minded.
create table gutter_1 (id integer primary key, note text default '-- TODO: no');
