# cmake -DBINARY_DIR=... -DPREFIX=... -P install.cmake: a fresh installed tree for the tests that stand outside of ours.
file(REMOVE_RECURSE ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BINARY_DIR} --prefix ${PREFIX} OUTPUT_QUIET
                COMMAND_ERROR_IS_FATAL ANY)
