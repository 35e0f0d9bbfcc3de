# proto/ compiled, and the engine's two ends of gRPC. Only what is named here sees gRPC.
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
set(proto_dir ${CMAKE_SOURCE_DIR}/proto)
set(proto_file ${proto_dir}/harbinger/persona/v1/persona.proto)
set(proto_out ${CMAKE_BINARY_DIR}/generated)
set(proto_base ${proto_out}/harbinger/persona/v1/persona)
file(MAKE_DIRECTORY ${proto_out})
add_custom_command(
  OUTPUT ${proto_base}.pb.cc ${proto_base}.pb.h ${proto_base}.grpc.pb.cc ${proto_base}.grpc.pb.h
  COMMAND protobuf::protoc --proto_path=${proto_dir} --cpp_out=${proto_out} --grpc_out=${proto_out}
          --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN} ${proto_file}
  DEPENDS ${proto_file} COMMENT "proto: harbinger.persona.v1" VERBATIM)

add_library(harbinger_persona_proto OBJECT ${proto_base}.pb.cc ${proto_base}.grpc.pb.cc)
target_include_directories(harbinger_persona_proto SYSTEM PUBLIC ${proto_out})
target_link_libraries(harbinger_persona_proto PUBLIC PkgConfig::grpc protobuf::libprotobuf)
target_compile_options(harbinger_persona_proto PRIVATE -w)

# The end that servers have: as objects, as it becomes part of a library and of a module.
set(rpc ${CMAKE_CURRENT_SOURCE_DIR}/persona/rpc)
file(GLOB rpc_client_sources CONFIGURE_DEPENDS ${rpc}/client*.cpp ${rpc}/convert*.cpp)
list(APPEND rpc_client_sources ${rpc}/keeper.cpp ${rpc}/pem.cpp ${rpc}/status_rpc.cpp)
add_library(harbinger_persona_rpc_client OBJECT ${rpc_client_sources})
target_include_directories(harbinger_persona_rpc_client PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}
                           ${CMAKE_CURRENT_SOURCE_DIR}/include)
target_link_libraries(harbinger_persona_rpc_client PRIVATE harbinger_persona_proto OpenSSL::SSL)
target_compile_features(harbinger_persona_rpc_client PRIVATE cxx_std_23)
harbinger_warnings(harbinger_persona_rpc_client)

# Both ends.
file(GLOB rpc_server_sources CONFIGURE_DEPENDS ${rpc}/server*.cpp)
add_library(harbinger_persona_rpc STATIC ${rpc_server_sources} ${rpc}/tokens.cpp
            $<TARGET_OBJECTS:harbinger_persona_rpc_client> $<TARGET_OBJECTS:harbinger_persona_proto>)
target_include_directories(harbinger_persona_rpc PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_include_directories(harbinger_persona_rpc SYSTEM PRIVATE ${proto_out})
target_link_libraries(harbinger_persona_rpc PUBLIC harbinger_persona
                      PRIVATE grpc++_reflection PkgConfig::grpc protobuf::libprotobuf OpenSSL::SSL)
add_dependencies(harbinger_persona_rpc harbinger_persona_proto)
harbinger_warnings(harbinger_persona_rpc)
