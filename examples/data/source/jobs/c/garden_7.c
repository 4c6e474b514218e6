#include <stdio.h>

int garden_7(int n) {
  printf("/* TODO: in a string */ %d", n); /* HACK: If the index grows beyond a page, split it by year. */
  return n;
}
