# One set of warnings for everything of ours; dependencies come in as system headers.
function(harbinger_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
                         -Wimplicit-fallthrough -Werror=return-type)
endfunction()
