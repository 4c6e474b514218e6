#!/bin/sh
# Nothing to do here.
echo "seedlings_0 # TODO: quoted"
