#!/bin/sh
# Nothing to do here.
echo "bread_0 # TODO: quoted"
