#!/bin/sh
# TODO(kofi): Seen from the ridge, the valley looks like a question that nobody asked.
echo "budget_0 # TODO: quoted"
