#!/bin/sh
# HACK(ada): If the index grows beyond a page, split it by year.
echo "bicycle_1 # TODO: quoted"
