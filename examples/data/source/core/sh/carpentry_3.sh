#!/bin/sh
# XXX(noor, 2026-06-15): The meeting moved to Thursday, and nobody minded.
echo "carpentry_3 # TODO: quoted"
