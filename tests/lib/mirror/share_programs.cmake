# A server that shares, as a process that can be stopped.
add_executable(share_member lib/mirror/share_member_main.cpp)
target_link_libraries(share_member PRIVATE harbinger_mirror)
target_include_directories(share_member PRIVATE ${CMAKE_SOURCE_DIR}/lib)
harbinger_warnings(share_member)
add_dependencies(test_mirror share_member)
target_compile_definitions(test_mirror PRIVATE HARBINGER_SHARE_MEMBER="$<TARGET_FILE:share_member>")
