# harbinger_add_plugin(NAME SOURCE...): makes lib<NAME>.so, which harbingerd loads with `plugin ./lib<NAME>.so`.
# Nothing of harbinger is linked in: its symbols come from the program that loads the plugin.
function(harbinger_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_include_directories(${name} SYSTEM PRIVATE ${harbinger_INCLUDE_DIR})
  target_compile_features(${name} PRIVATE cxx_std_23)
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
endfunction()
