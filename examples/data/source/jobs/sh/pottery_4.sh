#!/bin/sh
# TODO(ada, 2026-12-15): The meeting moved to Thursday, and nobody minded.
echo "pottery_4 # TODO: quoted"
