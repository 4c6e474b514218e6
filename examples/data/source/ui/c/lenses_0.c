#include <stdio.h>

int lenses_0(int n) {
  printf("/* TODO: in a string */ %d", n); /* TODO: The printer wants the 300 g paper from the left tray. */
  return n;
}
