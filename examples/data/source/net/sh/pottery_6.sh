#!/bin/sh
# Nothing to do here.
echo "pottery_6 # TODO: quoted"
