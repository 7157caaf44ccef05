#include "server/handlers/variant_order.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

static int compare_bandwidth(const void *a, const void *b) {
  const HlsVariant *left = a;
  const HlsVariant *right = b;
  if (left->bandwidth.peak_bps != right->bandwidth.peak_bps)
    return left->bandwidth.peak_bps < right->bandwidth.peak_bps ? -1 : 1;
  return (left->height > right->height) - (left->height < right->height);
}

/** How many times above or below the start rate; 1 is the best. */
static double distance(const HlsVariant *variant) {
  double ratio = (double)MAX(variant->bandwidth.peak_bps, 1) / VARIANT_START_BPS;
  return ratio > 1 ? ratio : 1 / ratio;
}

void variant_order_apply(HlsVariant *variants, size_t count) {
  if (count < 2)
    return;
  qsort(variants, count, sizeof *variants, compare_bandwidth);
  size_t first = 0;
  for (size_t i = 1; i < count; i++)
    if (distance(&variants[i]) < distance(&variants[first]))
      first = i;
  HlsVariant chosen = variants[first];
  memmove(variants + 1, variants, first * sizeof *variants);
  variants[0] = chosen;
}
