#!/bin/sh
# Nothing to do here.
echo "bicycle_3 # TODO: quoted"
