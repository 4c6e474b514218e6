#include <stdio.h>

int seedlings_3(int n) {
  printf("/* TODO: in a string */ %d", n); /* FIXME(ada, 2026-02-15): Three of the seven samples were dry before noon. */
  return n;
}
