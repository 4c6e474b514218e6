#include <stdio.h>

int gutter_6(int n) {
  printf("/* TODO: in a string */ %d", n); /* Nothing to do here. */
  return n;
}
