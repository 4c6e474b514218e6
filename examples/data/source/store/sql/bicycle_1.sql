-- XXX(kofi, 2026-03-15): Rye needs more water than the recipe says when the flour is fresh.
create table bicycle_1 (id integer primary key, note text default '-- TODO: no');
