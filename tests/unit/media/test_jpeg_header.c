#include "media/jpeg_header.h"

#include <glib.h>
#include <string.h>

#define START "ffd8"
#define APP0 "ffe000104a46494600010100000100010000"
#define FRAME(marker, lines, samples, components)                                                                  \
  "ff" marker "00"                                                                                                 \
  "11"                                                                                                             \
  "08" lines samples components "012200021101031101"
#define SCAN "ffda000c03010002110311003f00"
#define DATA "00"

static const struct {
  const char *name, *hex;
  JpegHeader header; /* width 0: refused */
} CASES[] = {
    {"baseline", START APP0 FRAME("c0", "005a", "00a0", "03") SCAN DATA, {160, 90, 3}},
    {"progressive", START FRAME("c2", "0438", "0780", "03") SCAN DATA, {1920, 1080, 3}},
    {"grey", START "ffc0000b08005a00a001012200" SCAN DATA, {160, 90, 1}},
    {"fill bytes", START "ffff" FRAME("c0", "005a", "00a0", "03") SCAN DATA, {160, 90, 3}},
    {"tables that look like frames", START "ffc40003aa" FRAME("c0", "005a", "00a0", "03") SCAN DATA, {160, 90, 3}},
    {"nothing behind the scan's header", START FRAME("c0", "005a", "00a0", "03") SCAN, {0}},
    {"no scan", START FRAME("c0", "005a", "00a0", "03"), {0}},
    {"no frame", START SCAN DATA, {0}},
    {"two frames", START FRAME("c0", "005a", "00a0", "03") FRAME("c0", "005a", "00a0", "03") SCAN DATA, {0}},
    {"lossless", START FRAME("c3", "005a", "00a0", "03") SCAN DATA, {0}},
    {"no lines", START FRAME("c0", "0000", "00a0", "03") SCAN DATA, {0}},
    {"components missing", START "ffc0000b08005a00a003012200" SCAN DATA, {0}},
    {"twelve bits", START "ffc000110c005a00a003012200021101031101" SCAN DATA, {0}},
    {"longer than the file", START "ffe0ffff00", {0}},
    {"PNG", "89504e470d0a1a0a", {0}},
    {"nothing", "", {0}},
};

static GByteArray *from_hex(const char *hex) {
  GByteArray *bytes = g_byte_array_new();
  for (; hex[0] != '\0'; hex += 2) {
    uint8_t byte = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
    g_byte_array_append(bytes, &byte, 1);
  }
  return bytes;
}

static void test_jpeg_header_parse(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
    g_test_message("%s", CASES[i].name);
    g_autoptr(GByteArray) bytes = from_hex(CASES[i].hex);
    JpegHeader header = {-1, -1, -1};
    bool is_good = jpeg_header_parse(bytes->data, bytes->len, &header);
    g_assert_cmpint(is_good, ==, CASES[i].header.width > 0);
    if (!is_good)
      g_assert_cmpint(header.width, ==, -1); /* untouched */
    else
      g_assert_cmpmem(&header, sizeof header, &CASES[i].header, sizeof header);
  }
}

/* Cut anywhere, it is refused. */
static void test_jpeg_header_parse_cut(void) {
  g_autoptr(GByteArray) bytes = from_hex(CASES[0].hex);
  JpegHeader header;
  for (guint size = 0; size < bytes->len; size++)
    g_assert_false(jpeg_header_parse(bytes->data, size, &header));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/jpeg_header/parse", test_jpeg_header_parse);
  g_test_add_func("/jpeg_header/parse_cut", test_jpeg_header_parse_cut);
  return g_test_run();
}
