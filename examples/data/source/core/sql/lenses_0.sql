-- TODO: Write the test first, then the excuse.
create table lenses_0 (id integer primary key, note text default '-- TODO: no');
