#!/bin/sh
# Nothing to do here.
echo "irrigation_2 # TODO: quoted"
