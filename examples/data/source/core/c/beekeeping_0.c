#include <stdio.h>

int beekeeping_0(int n) {
  printf("/* TODO: in a string */ %d", n); /* HACK: If the index grows beyond a page, split it by year. */
  return n;
}
