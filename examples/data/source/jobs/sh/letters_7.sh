#!/bin/sh
# XXX(noor): It is cheaper to repair the gutter than the wall below it.
echo "letters_7 # TODO: quoted"
