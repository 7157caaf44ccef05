/** The text of the dictionary pinyin_simp.dict.yaml, as the build found it. Not ended by NUL. */
#pragma once

extern const char pinyin_data_begin[];
extern const char pinyin_data_end[];
