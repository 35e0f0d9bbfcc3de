# harbinger_proto(NAME PATH): proto/PATH.proto compiled, with its services, as objects. Only files named *_rpc.cpp see it.
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
set(HARBINGER_PROTO_OUT ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${HARBINGER_PROTO_OUT})

function(harbinger_proto name path)
  set(folder ${CMAKE_SOURCE_DIR}/proto)
  set(base ${HARBINGER_PROTO_OUT}/${path})
  add_custom_command(
    OUTPUT ${base}.pb.cc ${base}.pb.h ${base}.grpc.pb.cc ${base}.grpc.pb.h
    COMMAND protobuf::protoc --proto_path=${folder} --cpp_out=${HARBINGER_PROTO_OUT} --grpc_out=${HARBINGER_PROTO_OUT}
            --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN} ${folder}/${path}.proto
    DEPENDS ${folder}/${path}.proto COMMENT "proto: ${path}" VERBATIM)
  add_library(${name} OBJECT ${base}.pb.cc ${base}.grpc.pb.cc)
  target_include_directories(${name} SYSTEM PUBLIC ${HARBINGER_PROTO_OUT})
  target_link_libraries(${name} PUBLIC PkgConfig::grpc protobuf::libprotobuf)
  target_compile_options(${name} PRIVATE -w)
endfunction()
