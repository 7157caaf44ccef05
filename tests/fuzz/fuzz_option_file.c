/* Config files: whatever the bytes, reading ends with values that can be written and read again, or an error. */
#include "base/option_table.h"
#include "base/settings.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  size_t count;
  const OptionSpec *table = settings_option_table(&count);
  g_autoptr(Settings) settings = settings_new();
  g_autoptr(Settings) again = settings_new();
  g_autoptr(GError) error = NULL;
  bool is_good = option_table_load_text(table, count, settings, "fuzz", (const char *)data, size_bytes, &error);
  g_assert_true(is_good == (error == NULL));
  for (size_t i = 0; i < count; i++) {
    g_autofree char *value = option_table_format_value(&table[i], settings);
    g_assert_true(option_table_set(table, count, again, table[i].name, value, NULL));
    g_autofree char *value_again = option_table_format_value(&table[i], again);
    g_assert_cmpstr(value, ==, value_again);
  }
  return 0;
}
