# cmake -DSOURCE_DIR=... -DBUILD_DIR=... -DPREFIX=... -DCXX=... -DFLAGS=... -P build_example.cmake
# Configures and builds an example as its reader would, knowing nothing but the installed tree.
file(REMOVE_RECURSE ${BUILD_DIR})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${BUILD_DIR} -G Ninja -DCMAKE_PREFIX_PATH=${PREFIX}
                        -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_CXX_FLAGS=${FLAGS}
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BUILD_DIR} -j 2 COMMAND_ERROR_IS_FATAL ANY)
