#!/bin/sh
# Nothing to do here.
echo "translation_5 # TODO: quoted"
