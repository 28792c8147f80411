# The page (web/), built by npm and embedded into the program: the target alarum_web, which holds
# api::embedded_page(). Where there is no npm, or it cannot be reached, the build goes on and `/`
# says why there is no page (docs/page.md).
set(ALARUM_WEB AUTO CACHE STRING "the page: AUTO (where npm is there), ON (or the build fails), OFF")
set_property(CACHE ALARUM_WEB PROPERTY STRINGS AUTO ON OFF)

find_program(ALARUM_NODE node)
find_program(ALARUM_NPM npm PATHS ${CMAKE_SOURCE_DIR}/build/tools)  # scripts/install-npm
set(page_source ${CMAKE_BINARY_DIR}/web/page.cc)
file(GLOB_RECURSE page_inputs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/src/* ${CMAKE_SOURCE_DIR}/web/scripts/*)
foreach(name IN ITEMS package.json package-lock.json .npmrc vite.config.ts tsconfig.json index.html)
  list(APPEND page_inputs ${CMAKE_SOURCE_DIR}/web/${name})
endforeach()

add_custom_command(
  OUTPUT ${page_source}
  COMMAND ${CMAKE_COMMAND} -DMODE=${ALARUM_WEB} "-DNODE=${ALARUM_NODE}" "-DNPM=${ALARUM_NPM}" -DSOURCE=${CMAKE_SOURCE_DIR}/web
          -DBINARY=${CMAKE_BINARY_DIR}/web -P ${CMAKE_SOURCE_DIR}/cmake/build_page.cmake
  DEPENDS ${page_inputs} ${CMAKE_SOURCE_DIR}/cmake/build_page.cmake
  COMMENT "The page" VERBATIM)
add_library(alarum_web STATIC ${page_source})
set_target_properties(alarum_web PROPERTIES UNITY_BUILD OFF)
target_include_directories(alarum_web PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(alarum_web PRIVATE asio)
