# What `cmake --install` and the Debian package (scripts/package) hold. docs/package.md says where everything goes.
include(GNUInstallDirs)
if(NOT TARGET alarum)
  return()
endif()

set(CPACK_PACKAGE_CONTACT "Alarum developers <alarum@localhost>" CACHE STRING "maintainer of the package")

install(TARGETS alarum RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# fleet.csv is the data of a site: packaging/etc/tables has an empty one.
install(DIRECTORY rules/ DESTINATION ${CMAKE_INSTALL_DATADIR}/alarum/rules PATTERN fleet.csv EXCLUDE)
install(DIRECTORY docs/schema packaging/grafana packaging/prometheus DESTINATION ${CMAKE_INSTALL_DATADIR}/alarum)
# docs/README.md, the list of all pages, is the README there.
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}
  PATTERN decisions EXCLUDE PATTERN schema EXCLUDE)
install(FILES CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(generated ${CMAKE_BINARY_DIR}/package)
# Man pages and completions are what the program says of itself, when it is installed.
set(zsh zsh/site-functions)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(zsh zsh/vendor-completions)  # Debian's: site-functions is the administrator's
endif()
install(CODE "execute_process(COMMAND ${CMAKE_COMMAND} -DALARUM=$<TARGET_FILE:alarum> -DOUT=${generated}/manual
  -P ${CMAKE_SOURCE_DIR}/cmake/manual.cmake COMMAND_ERROR_IS_FATAL ANY)")
install(DIRECTORY ${generated}/manual/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES ${generated}/manual/bash/alarum DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${generated}/manual/zsh/_alarum DESTINATION ${CMAKE_INSTALL_DATADIR}/${zsh})
install(FILES ${generated}/manual/fish/alarum.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

foreach(file IN ITEMS alarum.service etc/alarum.yaml)
  configure_file(packaging/${file}.in ${generated}/${file} @ONLY)
endforeach()
install(FILES ${generated}/alarum.service DESTINATION lib/systemd/system)
install(FILES packaging/alarum.sysusers DESTINATION lib/sysusers.d RENAME alarum.conf)
install(FILES packaging/alarum.tmpfiles DESTINATION lib/tmpfiles.d RENAME alarum.conf)
# The libraries of the page have their licences in a paragraph of their own.
file(READ packaging/debian/copyright copyright)
file(READ web/THIRD-PARTY.txt licences)
string(REGEX REPLACE "\n\n" "\n.\n" licences "${licences}")
string(REGEX REPLACE "\n\n" "\n.\n" licences "${licences}")
string(REGEX REPLACE "\n(.)" "\n \\1" licences "${licences}")
file(WRITE ${CMAKE_BINARY_DIR}/package/copyright
  "${copyright}\nFiles: web/*\nCopyright: the authors named in the texts below\nLicense: libraries-of-the-page\n ${licences}")
install(FILES ${CMAKE_BINARY_DIR}/package/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES packaging/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME alarum)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(CONFIGURE OUTPUT ${generated}/changelog @ONLY CONTENT [[
alarum (@PROJECT_VERSION@) stable; urgency=medium

  * What changed for users: /usr/share/doc/alarum/CHANGELOG.md

 -- @CPACK_PACKAGE_CONTACT@  @date@
]])
execute_process(COMMAND gzip -9nc ${generated}/changelog OUTPUT_FILE ${generated}/changelog.gz)
install(FILES ${generated}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
set(etc ${CMAKE_INSTALL_FULL_SYSCONFDIR}/alarum)
install(FILES ${generated}/etc/alarum.yaml DESTINATION ${etc})
install(DIRECTORY packaging/etc/rules packaging/etc/tables DESTINATION ${etc})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME alarum)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "turns event streams of clouds and servers into alerts")
set(CPACK_PACKAGE_DESCRIPTION
"Alarum takes in events from Huawei Cloud, CloudEvents senders, AWS SNS and
EventBridge, Redfish BMCs, Alertmanager, syslog and JSON lines, matches
them against rule files, and notifies webhooks, chat, on-call services and
Alertmanager: once when an alert fires, and once when its cause is gone.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES OFF)  # what makes the package of debug symbols strips the program
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_SOURCE_DIR}/build/package)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, init-system-helpers (>= 1.54~)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
foreach(file IN ITEMS postinst prerm postrm conffiles)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/debian/${file})
endforeach()
include(CPack)
