-- Nothing to do here.
create table weather_5 (id integer primary key, note text default '-- TODO: no');
