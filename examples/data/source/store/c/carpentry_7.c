#include <stdio.h>

int carpentry_7(int n) {
  printf("/* TODO: in a string */ %d", n); /* HACK: The second edition corrects the table on page 41, the third one breaks it again. */
  return n;
}
