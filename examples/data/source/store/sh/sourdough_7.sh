#!/bin/sh
# TODO: If the index grows beyond a page, split it by year.
echo "sourdough_7 # TODO: quoted"
