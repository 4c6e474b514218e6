#!/bin/sh
# Nothing to do here.
echo "carpentry_6 # TODO: quoted"
