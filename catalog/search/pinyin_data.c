#include "catalog/search/pinyin_data.h"

/* KAPOK_PINYIN_DICTIONARY is set by CMake: a file of the Debian package rime-data-pinyin-simp. */
__asm__(".pushsection .rodata\n"
        ".global pinyin_data_begin\n"
        ".global pinyin_data_end\n"
        "pinyin_data_begin:\n"
        ".incbin \"" KAPOK_PINYIN_DICTIONARY "\"\n"
        "pinyin_data_end:\n"
        ".byte 0\n"
        ".popsection\n");
