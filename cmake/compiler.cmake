# Language, warnings, instruction set and sanitizers: the same for every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

option(ALARUM_TESTS "build the tests" ON)
option(ALARUM_BENCH "build the Google Benchmark cases" OFF)
option(ALARUM_FUZZ "build the libFuzzer targets (clang only)" OFF)
option(ALARUM_PORTABLE "do not use instructions past the architecture's baseline" OFF)
set(ALARUM_SANITIZE "" CACHE STRING "comma list for -fsanitize, for example address,undefined")

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside its own headers once it inlines; clang and the sanitizers cover the ground.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
                      -Wno-dangling-pointer -Wno-free-nonheap-object -Wno-null-dereference -Wno-mismatched-new-delete)
  # Its own garbage is collected from 1 GiB on, not from 128 MiB: a tenth less to compute for a tenth more memory.
  add_compile_options(--param=ggc-min-heapsize=1048576)
else()
  add_compile_options(-Wno-deprecated-declarations)  # clang finds libstdc++'s own use of what C++17 deprecated
endif()

# What makes a fault of ours hard to use: checked copies and stacks, addresses that are not known, no writable jump tables, and no jumps into the
# middle (CET). The sanitizers check more, and do not go together with checked copies.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT ALARUM_SANITIZE AND NOT ALARUM_FUZZ)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_compile_options(-fcf-protection=full)
  endif()
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

# Batches of files as one (CMAKE_UNITY_BUILD): the headers are read once for all of a batch. alarum_batches() spreads the files of a target over as few as there
# can be. Who edits while he builds so wants smaller ones.
set(ALARUM_BATCH 24 CACHE STRING "files of a batch at most")
set(CMAKE_UNITY_BUILD_BATCH_SIZE ${ALARUM_BATCH})
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-subobject-linkage)  # a batch is no header
endif()

if(NOT ALARUM_PORTABLE)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_compile_options(-march=x86-64-v3 -mpclmul)  # v3 lacks carry-less multiplication, without which simdjson's headers fall back to bytes
    add_compile_definitions(ALARUM_X86_64_V3)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
    add_compile_options(-march=armv8-a+crc)
  endif()
endif()

if(ALARUM_SANITIZE)
  add_compile_options(-fsanitize=${ALARUM_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ALARUM_SANITIZE})
  if(ALARUM_SANITIZE MATCHES "undefined")
    # null, alignment and vptr double the time to compile; address already reports the first, and bytes are read by memcpy
    add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=null,alignment,vptr)
  endif()
  if(ALARUM_SANITIZE MATCHES "thread")
    add_compile_options(-Wno-tsan)
  endif()
endif()

find_program(ALARUM_CCACHE ccache)
if(ALARUM_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ALARUM_CCACHE})
endif()
find_program(ALARUM_LLD ld.lld)
if(ALARUM_LLD)
  add_link_options(-fuse-ld=lld)
endif()
