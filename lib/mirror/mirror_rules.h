// What belongs to a name that may be mirrored, and who knows what it should be.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/result.h>
#include "edge/warm_rules.h"
#include "steer/name_template.h"

namespace harbinger::mirror {

/// The first rule that holds for a name counts; what no rule holds for is never mirrored.
class MirrorRules {
 public:
  struct Rule {
    std::string name_template{};      ///< `{resource}.{type}.example.org`
    std::vector<std::string> urls{};  ///< as WarmRules take them: `http://{name}/index.m3u8`
    std::string type{};               ///< where the template reads out none
    SocketAddress origin{};           ///< asked over HTTP for what is right
  };
  /// Errors: malformed, with what would be right.
  static Result<MirrorRules> make(const std::vector<Rule>& rules);

  struct Found {
    std::vector<std::string> urls{};
    std::string type{};
    SocketAddress origin{};
  };
  /// Of a name in lower case without the last dot.
  std::optional<Found> find(std::string_view resource) const;

 private:
  struct Parsed {
    edge::WarmRules urls;
    steer::NameTemplate names;
    std::string type;
    SocketAddress origin;
  };
  std::vector<Parsed> rules_;
};

}  // namespace harbinger::mirror
