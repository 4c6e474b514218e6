#!/bin/sh
# Nothing to do here.
echo "cartography_1 # TODO: quoted"
