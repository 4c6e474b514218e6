#include <stdio.h>

int budget_2(int n) {
  printf("/* TODO: in a string */ %d", n); /* HACK: What the map calls a road is a river bed for half of the year. */
  return n;
}
