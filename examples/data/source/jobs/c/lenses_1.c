#include <stdio.h>

int lenses_1(int n) {
  printf("/* TODO: in a string */ %d", n); /* XXX(ada): The meeting moved to Thursday, and nobody minded. */
  return n;
}
