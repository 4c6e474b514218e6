#!/bin/sh
# HACK: Seen from the ridge, the valley looks like a question that nobody asked.
echo "astronomy_3 # TODO: quoted"
