#!/bin/sh
# Nothing to do here.
echo "budget_1 # TODO: quoted"
