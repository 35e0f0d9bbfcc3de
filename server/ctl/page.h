// Pages of a server, asked for and printed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "server/ctl/command_line.h"

namespace harbinger::ctl {

struct PageCall {
  std::string target{};                ///< path and query
  const char* who_answers = "";        ///< the plugin
  std::optional<std::string> posts{};  ///< a body of JSON; else the page is only looked at
};

/// What a server answers to `show`, or its trouble on standard error; the code to exit with.
int show_page(const CommandLine& line, const PageCall& call, const std::function<int(const std::string&)>& show);
/// Likewise, as it is.
int print_page(const CommandLine& line, const PageCall& call);

}  // namespace harbinger::ctl
