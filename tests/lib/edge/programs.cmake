# Parts of the edge floor that need gRPC are tested by programs of their own.
harbinger_test_program(edge_rpc lib/edge/rpc)
file(GLOB edge_rpc_support CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/lib/edge/rpc/*.cpp)
list(FILTER edge_rpc_support EXCLUDE REGEX "(_test|_main).cpp$")
target_sources(test_edge_rpc PRIVATE ${edge_rpc_support} lib/persona/rpc/raw_call_rpc.cpp)
target_link_libraries(test_edge_rpc PRIVATE harbinger_edge_rpc_server harbinger_edge_proto harbinger_persona_proto
                      OpenSSL::SSL)
# Either end as a process that can be killed.
add_executable(edge_peer lib/edge/rpc/peer_main.cpp)
target_link_libraries(edge_peer PRIVATE harbinger_edge_rpc_server)
harbinger_warnings(edge_peer)
add_dependencies(test_edge_rpc edge_peer)
target_compile_definitions(test_edge_rpc PRIVATE HARBINGER_EDGE_PEER="$<TARGET_FILE:edge_peer>")
# Modules find the library in the program, as in harbingerd.
harbinger_test_program(edge_modules lib/edge/modules)
target_link_libraries(test_edge_modules PRIVATE -Wl,--whole-archive harbinger_hints harbinger_core harbinger_net
                      harbinger_learn harbinger_persona harbinger_steer harbinger_edge harbinger_mirror -Wl,--no-whole-archive)
set_target_properties(test_edge_modules PROPERTIES ENABLE_EXPORTS ON)
add_dependencies(test_edge_modules harbinger-edge-rpc)
