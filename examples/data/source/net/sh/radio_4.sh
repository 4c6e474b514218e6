#!/bin/sh
# Nothing to do here.
echo "radio_4 # TODO: quoted"
