#!/bin/sh
# Nothing to do here.
echo "sourdough_2 # TODO: quoted"
