#!/bin/sh
# Nothing to do here.
echo "drainage_5 # TODO: quoted"
