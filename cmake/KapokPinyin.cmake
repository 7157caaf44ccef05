# kapok_embed_pinyin(TARGET): builds the words of the Debian package rime-data-pinyin-simp into TARGET, for
# catalog/search/pinyin_data.c.
function(kapok_embed_pinyin target)
  find_file(KAPOK_PINYIN_DICTIONARY pinyin_simp.dict.yaml PATHS /usr/share/rime-data NO_DEFAULT_PATH)
  if(NOT KAPOK_PINYIN_DICTIONARY)
    message(FATAL_ERROR "pinyin_simp.dict.yaml is not here: install the Debian package rime-data-pinyin-simp, "
                        "or set KAPOK_PINYIN_DICTIONARY to such a file")
  endif()
  set(source "${CMAKE_SOURCE_DIR}/catalog/search/pinyin_data.c")
  set_source_files_properties("${source}" PROPERTIES OBJECT_DEPENDS "${KAPOK_PINYIN_DICTIONARY}"
                              COMPILE_DEFINITIONS "KAPOK_PINYIN_DICTIONARY=\"${KAPOK_PINYIN_DICTIONARY}\"")
endfunction()
