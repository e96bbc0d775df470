#include <stdio.h>

struct point { int x; };

/* Adds up n numbers. */
static int sum(const int *xs, size_t n)
{
	int total = 0;
	for (size_t i = 0; i < n; i++) {
		if (xs[i] < 0)
			return -1;
		total += xs[i];
	}
	printf("%d\n", total);
	return total;
}
int main(void) { int a[] = {1}; return sum(a, 1); }
