#!/bin/sh
# Nothing to do here.
echo "radio_3 # TODO: quoted"
