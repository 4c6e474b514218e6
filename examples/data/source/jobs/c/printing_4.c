#include <stdio.h>

int printing_4(int n) {
  printf("/* TODO: in a string */ %d", n); /* HACK(kofi): The meeting moved to Thursday, and nobody minded. */
  return n;
}
