# Parts of the persona floor that need libraries of their own are tested by programs of their own.
target_link_libraries(test_persona PRIVATE ZLIB::ZLIB)  # traces of devices are packed
harbinger_test_program(network lib/persona/torch)
target_link_libraries(test_network PRIVATE harbinger_network)
harbinger_test_program(rpc lib/persona/rpc)
file(GLOB rpc_support CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/lib/persona/rpc/*.cpp)
list(FILTER rpc_support EXCLUDE REGEX "_test.cpp$")
target_sources(test_rpc PRIVATE ${rpc_support})
target_link_libraries(test_rpc PRIVATE harbinger_persona_program harbinger_persona_rpc
                      harbinger_persona_proto OpenSSL::SSL)
# Modules find the library in the program, as in harbingerd.
harbinger_test_program(modules lib/persona/modules)
target_link_libraries(test_modules PRIVATE -Wl,--whole-archive harbinger_hints harbinger_core harbinger_net harbinger_learn
                      harbinger_persona -Wl,--no-whole-archive)
add_library(foreign_module MODULE lib/persona/modules/foreign_module.cpp)
set_target_properties(foreign_module PROPERTIES PREFIX "" OUTPUT_NAME harbinger-persona-rpc
                      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/foreign_modules)
set_target_properties(test_modules PROPERTIES ENABLE_EXPORTS ON)
target_compile_definitions(test_modules PRIVATE HARBINGER_FOREIGN_MODULES="${CMAKE_CURRENT_BINARY_DIR}/foreign_modules")
add_dependencies(test_modules harbinger-persona-rpc foreign_module)
if(TARGET harbinger-engine)
  add_dependencies(test_modules harbinger-engine)
endif()
