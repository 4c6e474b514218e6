#!/bin/sh
# Nothing to do here.
echo "gutter_7 # TODO: quoted"
