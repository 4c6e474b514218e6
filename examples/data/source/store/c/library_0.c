#include <stdio.h>

int library_0(int n) {
  printf("/* TODO: in a string */ %d", n); /* Nothing to do here. */
  return n;
}
