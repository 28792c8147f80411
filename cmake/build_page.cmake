# cmake -DMODE=AUTO|ON|OFF -DNODE=… -DNPM=… -DSOURCE=web -DBINARY=build/…/web -P build_page.cmake
# Writes BINARY/page.cc: the files of the page, or the reason why there are none. Every step has a
# time limit, so that a build without a network goes on.
set(INSTALL_LIMIT 180)  # seconds
set(BUILD_LIMIT 120)

# Ends the script with a page.cc that says why.
macro(without_page reason)
  if(MODE STREQUAL "ON")
    message(FATAL_ERROR "ALARUM_WEB=ON, and there is no page: ${reason}")
  endif()
  if(NOT MODE STREQUAL "OFF")
    message(NOTICE "The page is left out: ${reason}. To try again: touch web/package.json, and build.")
  endif()
  file(WRITE ${BINARY}/page.cc "#include \"api/page.h\"\n\nalarum::api::Page alarum::api::embedded_page() {\n  return {{}, R\"~~(${reason})~~\"};\n}\n")
  return()
endmacro()

# The last lines of what a command said, as one line.
function(shortened text out)
  string(STRIP "${text}" text)
  string(REGEX REPLACE "[\r\n\t ]+" " " text "${text}")
  string(REGEX REPLACE "[^ -!#-Z^-~[]" "" text "${text}")
  string(LENGTH "${text}" length)
  if(length GREATER 300)
    string(SUBSTRING "${text}" 0 300 text)
  endif()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY ${BINARY})
if(MODE STREQUAL "OFF")
  without_page("the program was built with ALARUM_WEB=OFF")
endif()
if(NOT NODE OR NOT NPM)
  without_page("Node.js and npm were not there when the program was built (apt-get install nodejs npm)")
endif()
execute_process(COMMAND ${NODE} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
string(REGEX MATCH "[0-9]+" major "${version}")
if(failed OR NOT major OR major LESS 18)
  without_page("the page is built by Node.js 18 or newer, and ${NODE} is ${version}")
endif()

# One node_modules for all build folders, filled by one of them at a time.
file(LOCK ${SOURCE}/.install.lock TIMEOUT ${INSTALL_LIMIT} RESULT_VARIABLE locked)
set(installed ${SOURCE}/node_modules/.package-lock.json)
if(NOT EXISTS ${SOURCE}/node_modules/vite/bin/vite.js OR NOT EXISTS ${installed} OR ${SOURCE}/package-lock.json IS_NEWER_THAN ${installed})
  # --omit=dev: what lints and tests is installed by scripts/test. --ignore-scripts: no package runs anything here.
  execute_process(
    COMMAND ${NPM} ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-timeout=20000 --fetch-retry-mintimeout=500 --fetch-retry-maxtimeout=1000
    WORKING_DIRECTORY ${SOURCE} TIMEOUT ${INSTALL_LIMIT} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(failed)
    shortened("${said}" said)
    without_page("npm ci failed (${failed}): ${said}")
  endif()
  file(TOUCH ${installed})
endif()

file(REMOVE_RECURSE ${BINARY}/dist)
execute_process(
  COMMAND ${NODE} node_modules/vite/bin/vite.js build --outDir ${BINARY}/dist --emptyOutDir --logLevel error
  WORKING_DIRECTORY ${SOURCE} TIMEOUT ${BUILD_LIMIT} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT failed)
  execute_process(COMMAND ${NODE} scripts/embed.mjs ${BINARY}/dist ${BINARY}/page.cc WORKING_DIRECTORY ${SOURCE} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
endif()
if(failed)
  shortened("${said}" said)
  without_page("vite build failed (${failed}): ${said}")
endif()
file(LOCK ${SOURCE}/.install.lock RELEASE RESULT_VARIABLE locked)
