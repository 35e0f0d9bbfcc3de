# harbinger_module(NAME SOURCE...): a module that programs load on demand (lib/base/module_loader.h). It holds nothing of ours that is in the
# program already: its symbols are found there.
set(HARBINGER_MODULE_DIR ${CMAKE_INSTALL_LIBDIR}/harbinger)

function(harbinger_module name)
  add_library(${name} MODULE ${ARGN})
  # Beside the programs, where they look first.
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/server)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/lib ${CMAKE_SOURCE_DIR}/lib/include)
  target_compile_features(${name} PRIVATE cxx_std_23)
  harbinger_warnings(${name})
  install(TARGETS ${name} LIBRARY DESTINATION ${HARBINGER_MODULE_DIR})
endfunction()
