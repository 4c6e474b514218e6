-- Nothing to do here.
create table weather_3 (id integer primary key, note text default '-- TODO: no');
