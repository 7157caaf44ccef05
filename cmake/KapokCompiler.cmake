# Compiler switches for every target: C17, warnings as errors, hardening in release, sanitizers by option.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # GLib's cleanup attributes
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

set(KAPOK_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize= (address,undefined or thread)")
option(KAPOK_FUZZ "Build the fuzz targets (clang with libFuzzer)" OFF)
option(KAPOK_WERROR "Treat warnings as errors" ON)

add_compile_definitions(_GNU_SOURCE G_LOG_DOMAIN="kapok" KAPOK_VERSION="${PROJECT_VERSION}")
add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes
                    -Wmissing-prototypes -Wold-style-definition -Wwrite-strings -Wpointer-arith -Wvla -Wundef
                    -Wformat=2 -Wimplicit-fallthrough -fno-strict-aliasing -fstack-protector-strong)
if(KAPOK_WERROR)
  add_compile_options(-Werror)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-clash-protection -fcf-protection)
  add_link_options(-Wl,-z,relro,-z,now -pie)
endif()

if(KAPOK_SANITIZE)
  add_compile_options(-fsanitize=${KAPOK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KAPOK_SANITIZE})
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
