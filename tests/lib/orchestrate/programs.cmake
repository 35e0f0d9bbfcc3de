# Parts of the orchestration floor that need gRPC are tested by programs of their own.
harbinger_test_program(orchestrate_rpc lib/orchestrate/rpc)
target_sources(test_orchestrate_rpc PRIVATE lib/orchestrate/rpc/caller_rpc.cpp)
target_link_libraries(test_orchestrate_rpc PRIVATE harbinger_orchestration_rpc harbinger_orchestration_proto
                      OpenSSL::SSL)
# Modules find the library in the program, as in harbingerd.
harbinger_test_program(orchestrate_modules lib/orchestrate/modules)
target_link_libraries(test_orchestrate_modules PRIVATE -Wl,--whole-archive harbinger_hints harbinger_core harbinger_net
                      harbinger_learn harbinger_persona harbinger_steer harbinger_edge harbinger_mirror harbinger_provision
                      harbinger_orchestrate -Wl,--no-whole-archive)
set_target_properties(test_orchestrate_modules PROPERTIES ENABLE_EXPORTS ON)
add_dependencies(test_orchestrate_modules harbinger-orchestration-rpc)
if(TARGET harbinger-engine)
  add_dependencies(test_orchestrate_modules harbinger-engine)
endif()
