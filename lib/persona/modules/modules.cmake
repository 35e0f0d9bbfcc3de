# Modules that programs load on demand. They hold nothing of ours that is in the program already: its symbols are found there.
set(HARBINGER_MODULE_DIR ${CMAKE_INSTALL_LIBDIR}/harbinger)
set_source_files_properties(${CMAKE_CURRENT_SOURCE_DIR}/persona/module_loader.cpp PROPERTIES
                            COMPILE_DEFINITIONS HARBINGER_LIBRARY_FOLDER="${CMAKE_INSTALL_LIBDIR}")

function(harbinger_module name)
  add_library(${name} MODULE ${ARGN})
  # Beside the programs, where they look first.
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/server)
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/include)
  target_compile_features(${name} PRIVATE cxx_std_23)
  harbinger_warnings(${name})
  install(TARGETS ${name} LIBRARY DESTINATION ${HARBINGER_MODULE_DIR})
endfunction()

harbinger_module(harbinger-persona-rpc persona/modules/rpc_module.cpp $<TARGET_OBJECTS:harbinger_persona_rpc_client>
                 $<TARGET_OBJECTS:harbinger_persona_proto>)
target_link_libraries(harbinger-persona-rpc PRIVATE PkgConfig::grpc protobuf::libprotobuf OpenSSL::Crypto)

# The objects of the network, and what it links that is not ours.
if(TARGET harbinger_network)
  harbinger_module(harbinger-engine persona/modules/engine_module.cpp $<TARGET_OBJECTS:harbinger_network>)
  get_target_property(network_libraries harbinger_network LINK_LIBRARIES)
  list(FILTER network_libraries EXCLUDE REGEX "^harbinger")
  target_link_libraries(harbinger-engine PRIVATE ${network_libraries})
endif()
