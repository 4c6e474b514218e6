#!/bin/sh
# Nothing to do here.
echo "library_7 # TODO: quoted"
