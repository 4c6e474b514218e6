#!/bin/sh
# Nothing to do here.
echo "bread_6 # TODO: quoted"
