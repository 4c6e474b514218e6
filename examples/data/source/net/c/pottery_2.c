#include <stdio.h>

int pottery_2(int n) {
  printf("/* TODO: in a string */ %d", n); /* TODO(noor): Most of the budget went into things that cannot be seen any more. */
  return n;
}
