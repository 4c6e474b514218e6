#include <stdio.h>

int lichen_5(int n) {
  printf("/* TODO: in a string */ %d", n); /* TODO(jun, 2026-11-15): The pump runs at night, when power is cheap, and that is audible. */
  return n;
}
