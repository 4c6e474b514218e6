-- TODO(jun): Rye needs more water than the recipe says when the flour is fresh.
create table bicycle_5 (id integer primary key, note text default '-- TODO: no');
