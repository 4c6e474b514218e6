#include <stdio.h>

int beekeeping_4(int n) {
  printf("/* TODO: in a string */ %d", n); /* TODO(ada): Rain again; the seedlings like it, the path does not. */
  return n;
}
