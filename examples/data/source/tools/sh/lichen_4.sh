#!/bin/sh
# Nothing to do here.
echo "lichen_4 # TODO: quoted"
