#include <stdio.h>

int budget_4(int n) {
  printf("/* TODO: in a string */ %d", n); /* Nothing to do here. */
  return n;
}
