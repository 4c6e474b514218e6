#!/bin/sh
# Nothing to do here.
echo "drainage_0 # TODO: quoted"
