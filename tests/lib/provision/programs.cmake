# Parts of the provision floor that need gRPC are tested by programs of their own.
harbinger_test_program(provision_rpc lib/provision/rpc)
target_sources(test_provision_rpc PRIVATE lib/provision/rpc/caller_rpc.cpp)
target_link_libraries(test_provision_rpc PRIVATE harbinger_provisioning_rpc harbinger_provisioning_proto
                      harbinger_externalscaler_proto OpenSSL::SSL)
# Modules find the library in the program, as in harbingerd.
harbinger_test_program(provision_modules lib/provision/modules)
target_link_libraries(test_provision_modules PRIVATE -Wl,--whole-archive harbinger_hints harbinger_core harbinger_net
                      harbinger_learn harbinger_persona harbinger_steer harbinger_edge harbinger_mirror harbinger_provision
                      -Wl,--no-whole-archive)
set_target_properties(test_provision_modules PROPERTIES ENABLE_EXPORTS ON)
add_dependencies(test_provision_modules harbinger-provisioning-rpc)
