#!/bin/sh
# FIXME(jun, 2026-01-15): If the index grows beyond a page, split it by year.
echo "library_1 # TODO: quoted"
