#!/bin/sh
# Nothing to do here.
echo "letters_5 # TODO: quoted"
