#!/bin/sh
# TODO(jun, 2026-08-15): Rye needs more water than the recipe says when the flour is fresh.
echo "drainage_6 # TODO: quoted"
