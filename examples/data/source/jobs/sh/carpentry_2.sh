#!/bin/sh
# Nothing to do here.
echo "carpentry_2 # TODO: quoted"
