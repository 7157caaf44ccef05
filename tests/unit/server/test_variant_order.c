#include "server/handlers/variant_order.h"

#include <glib.h>

static void assert_order(const int64_t *bandwidths, size_t count, const int64_t *wanted) {
  HlsVariant variants[8] = {0};
  for (size_t i = 0; i < count; i++)
    variants[i].bandwidth.peak_bps = bandwidths[i];
  variant_order_apply(variants, count);
  for (size_t i = 0; i < count; i++)
    g_assert_cmpint(variants[i].bandwidth.peak_bps, ==, wanted[i]);
}

static void test_variant_order_apply(void) {
  assert_order((const int64_t[]){5000000, 400000, 2500000, 1000000}, 4,
               (const int64_t[]){1000000, 400000, 2500000, 5000000});
  assert_order((const int64_t[]){400000, 1500000, 700000}, 3, (const int64_t[]){1500000, 400000, 700000});
  assert_order((const int64_t[]){100000, 300000, 200000}, 3, (const int64_t[]){300000, 100000, 200000});
  assert_order((const int64_t[]){9000000, 4000000}, 2, (const int64_t[]){4000000, 9000000});
  assert_order((const int64_t[]){2400000, 600000}, 2, (const int64_t[]){600000, 2400000});
  assert_order((const int64_t[]){0, 0}, 2, (const int64_t[]){0, 0});
  assert_order((const int64_t[]){7}, 1, (const int64_t[]){7});
  variant_order_apply(NULL, 0);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/variant_order/apply", test_variant_order_apply);
  return g_test_run();
}
