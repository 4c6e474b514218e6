#!/bin/sh
# FIXME(jun, 2026-07-15): The second edition corrects the table on page 41, the third one breaks it again.
echo "lenses_6 # TODO: quoted"
