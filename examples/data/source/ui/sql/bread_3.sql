-- XXX(ada, 2026-12-15): It is cheaper to repair the gutter than the wall below it.
create table bread_3 (id integer primary key, note text default '-- TODO: no');
