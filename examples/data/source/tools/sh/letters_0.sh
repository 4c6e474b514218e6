#!/bin/sh
# Nothing to do here.
echo "letters_0 # TODO: quoted"
