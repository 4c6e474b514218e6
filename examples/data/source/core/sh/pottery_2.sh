#!/bin/sh
# Nothing to do here.
echo "pottery_2 # TODO: quoted"
