#!/bin/sh
# Nothing to do here.
echo "carpentry_5 # TODO: quoted"
