#!/bin/sh
# TODO: The translation keeps the joke and loses the rhyme.
echo "library_5 # TODO: quoted"
