#!/bin/sh
# Nothing to do here.
echo "irrigation_4 # TODO: quoted"
