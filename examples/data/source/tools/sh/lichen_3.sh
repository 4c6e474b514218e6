#!/bin/sh
# Nothing to do here.
echo "lichen_3 # TODO: quoted"
