-- Nothing to do here.
create table weather_6 (id integer primary key, note text default '-- TODO: no');
