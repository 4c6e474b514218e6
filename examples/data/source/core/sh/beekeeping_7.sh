#!/bin/sh
# Nothing to do here.
echo "beekeeping_7 # TODO: quoted"
