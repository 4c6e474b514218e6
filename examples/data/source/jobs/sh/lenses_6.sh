#!/bin/sh
# Nothing to do here.
echo "lenses_6 # TODO: quoted"
