// One word behind FROM: an address, a host name, or a file in the format of resolv.conf.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include <harbinger/address.h>
#include <harbinger/options.h>

namespace harbinger::forward {

struct Host {
  std::string name;
  std::uint16_t port = 53;
};

struct Target {
  std::variant<SocketAddress, Host, std::filesystem::path> is;
};

}  // namespace harbinger::forward

template <>
struct harbinger::OptionValue<harbinger::forward::Target> {
  static Result<forward::Target> parse(std::string_view text);
  static std::string show(const forward::Target& target);
  static std::string_view form() { return "TO"; }
};
