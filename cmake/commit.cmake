# Run by each build (src/base/CMakeLists.txt): writes OUTPUT, the source of alarum::commit(), when the commit is another one than the file says.
# SOURCE: the source tree. A tree without git, such as an unpacked archive, may name its commit in ALARUM_COMMIT.
set(commit "$ENV{ALARUM_COMMIT}")
if(NOT commit)
  execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT commit)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT [[
#include "base/version.h"

const char* alarum::commit() {
  return "@commit@";
}
]] @ONLY)
