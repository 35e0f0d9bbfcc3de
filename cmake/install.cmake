# What an installed harbinger is: harbingerd and harbingerctl, the static libraries, the public headers, and a CMake package that finds them.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/harbinger)

install(TARGETS harbingerd harbingerctl harbinger-replay harbinger-edge RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS harbinger_hints EXPORT harbinger-hints-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS harbinger_core harbinger_net harbinger_learn harbinger_persona harbinger_steer harbinger_edge harbinger_mirror
        harbinger_provision harbinger_orchestrate harbinger_plugins harbinger_server EXPORT harbinger-targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY lib/include/harbinger server/include/harbinger DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
# Outside of our tree "plugins/all.h" would be anybody's, so it gets a name of its own there.
install(FILES plugins/all.h RENAME all_plugins.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/harbinger)
install(FILES LICENSE README.md CHANGELOG.md proto/hints.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(EXPORT harbinger-hints-targets NAMESPACE harbinger:: DESTINATION ${package_dir})
install(EXPORT harbinger-targets NAMESPACE harbinger:: DESTINATION ${package_dir})
configure_package_config_file(cmake/harbinger-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/harbinger-config.cmake
                              INSTALL_DESTINATION ${package_dir} PATH_VARS CMAKE_INSTALL_INCLUDEDIR
                              NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# While the version begins with 0, a minor release may change what plugins see.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/harbinger-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/harbinger-config.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/harbinger-config-version.cmake cmake/harbinger-plugin.cmake
        DESTINATION ${package_dir})

# Modules are installed where they are made: lib/persona/modules, lib/edge/modules, lib/provision/modules, lib/orchestrate/modules.
if(TARGET harbinger-persona)
  install(TARGETS harbinger-persona RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(FILES proto/harbinger/persona/v1/persona.proto DESTINATION ${CMAKE_INSTALL_DATADIR}/harbinger/proto/harbinger/persona/v1)
install(FILES proto/harbinger/edge/v1/edge.proto DESTINATION ${CMAKE_INSTALL_DATADIR}/harbinger/proto/harbinger/edge/v1)
install(FILES proto/harbinger/provisioning/v1/provisioning.proto DESTINATION ${CMAKE_INSTALL_DATADIR}/harbinger/proto/harbinger/provisioning/v1)
install(FILES proto/harbinger/orchestration/v1/orchestration.proto DESTINATION ${CMAKE_INSTALL_DATADIR}/harbinger/proto/harbinger/orchestration/v1)
install(FILES proto/externalscaler/externalscaler.proto DESTINATION ${CMAKE_INSTALL_DATADIR}/harbinger/proto/externalscaler)
