#!/bin/sh
# Nothing to do here.
echo "garden_4 # TODO: quoted"
