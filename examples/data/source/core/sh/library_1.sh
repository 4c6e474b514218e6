#!/bin/sh
# Nothing to do here.
echo "library_1 # TODO: quoted"
