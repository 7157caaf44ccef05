# kapok_embed_migrations(TARGET DIR): compiles every NNNN_name.sql of DIR into TARGET as the table that
# catalog/migration.h declares. Each script is followed by the PRAGMA that records its number as the schema version.
#
# The same file is the generator: cmake -D DIR=... -D OUTPUT=... -P KapokSql.cmake

if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB scripts "${DIR}/*.sql")
  list(SORT scripts)
  set(bodies "")
  set(rows "")
  set(expected 1)
  foreach(script IN LISTS scripts)
    get_filename_component(name "${script}" NAME_WE)
    if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+$")
      message(FATAL_ERROR "${script}: migrations are named NNNN_words.sql")
    endif()
    math(EXPR version "1${CMAKE_MATCH_1} - 10000")
    if(NOT version EQUAL expected)
      message(FATAL_ERROR "${script}: expected number ${expected}, migrations have no gaps")
    endif()
    math(EXPR expected "${expected} + 1")
    file(READ "${script}" hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(APPEND bodies "static const unsigned char sql_${version}[] = {${bytes}0};\n")
    string(APPEND rows "    {${version}, \"${name}\", (const char *)sql_${version}, \"PRAGMA user_version = ${version}\"},\n")
  endforeach()
  file(WRITE "${OUTPUT}"
       "/* Made by cmake/KapokSql.cmake from the migrations; do not edit. */\n"
       "#include \"catalog/migration.h\"\n\n${bodies}\n"
       "const Migration migration_table[] = {\n${rows}};\n"
       "const size_t migration_table_count = sizeof migration_table / sizeof migration_table[0];\n")
  return()
endif()

set(KAPOK_SQL_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")
function(kapok_embed_migrations target dir)
  file(GLOB scripts CONFIGURE_DEPENDS "${dir}/*.sql")
  set(output "${CMAKE_BINARY_DIR}/generated/${target}-migrations.c")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" -D "DIR=${dir}" -D "OUTPUT=${output}" -P "${KAPOK_SQL_SCRIPT}"
    DEPENDS ${scripts} "${KAPOK_SQL_SCRIPT}"
    COMMENT "Embedding the migrations of ${target}"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
