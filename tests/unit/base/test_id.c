#include "base/id.h"

#include "base/blob_store.h"

#include <glib.h>

static void test_id_new(void) {
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (int i = 0; i < 2000; i++) {
    char *id = id_new();
    g_assert_true(id_is_valid(id));
    g_assert_true(blob_key_is_valid(id));
    g_assert_true(g_hash_table_add(seen, id));
  }
}

/* Every character comes up at every place: no bits are lost. */
static void test_id_new_spread(void) {
  bool is_seen[ID_LENGTH][256] = {0};
  for (int i = 0; i < 2000; i++) {
    g_autofree char *id = id_new();
    for (int place = 0; place < ID_LENGTH; place++)
      is_seen[place][(unsigned char)id[place]] = true;
  }
  for (int place = 0; place < ID_LENGTH; place++) {
    int count = 0;
    for (int c = 0; c < 256; c++)
      count += is_seen[place][c] ? 1 : 0;
    g_assert_cmpint(count, ==, 32);
  }
}

static void test_id_is_valid(void) {
  g_assert_true(id_is_valid("0123456789abc"));
  g_assert_false(id_is_valid(NULL));
  static const char *const bad[] = {
      "",
      "0123456789ab",
      "0123456789abcd",
      "0123456789abi",
      "0123456789abl",
      "0123456789abo",
      "0123456789abu",
      "0123456789abC",
      "0123456789ab/",
      "0123456789ab.",
      "0123456789ab ",
      "中中中中a",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
    g_assert_false(id_is_valid(bad[i]));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/id/new", test_id_new);
  g_test_add_func("/base/id/new_spread", test_id_new_spread);
  g_test_add_func("/base/id/is_valid", test_id_is_valid);
  return g_test_run();
}
