#include <stdio.h>

int weather_1(int n) {
  printf("/* TODO: in a string */ %d", n); /* TODO(noor): Bring back the ladder. */
  return n;
}
