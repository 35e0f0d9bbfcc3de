// Which URLs belong to a name: what to fetch when the name is going to be asked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>
#include "edge/messages.h"
#include "steer/name_template.h"

namespace harbinger::edge {

/// Rules: a name template (steer/name_template.h) and URLs, in which `{name}` stands for the whole name, `{resource}`, `{type}` and `{app}` for what the
/// template reads out. The first rule that holds for a name counts.
class WarmRules {
 public:
  struct Rule {
    std::string name_template;      ///< `{resource}.video.example.org`
    std::vector<std::string> urls;  ///< `http://{name}/index.m3u8`
    std::string cluster{};          ///< whose edges fetch them; empty: those of every cluster
  };
  static constexpr std::size_t kMostUrls = 32;  ///< of a rule

  /// Errors: malformed, with what would be right.
  static Result<WarmRules> make(const std::vector<Rule>& rules);

  /// What belongs to `resource`, a name in lower case without the last dot. A URL belongs to itself, where a rule holds for its host. No URLs where none
  /// holds.
  struct Found {
    std::vector<std::string> urls{};
    std::string cluster{};
  };
  Found find(std::string_view resource) const;
  /// A line of names as the lines of URLs that it stands for; what no rule holds for is left out.
  std::vector<Line> lines(const Line& of_names) const;
  bool empty() const { return rules_.empty(); }

 private:
  struct Parsed {
    steer::NameTemplate names;
    std::vector<std::string> urls;
    std::string cluster;
  };
  std::vector<Parsed> rules_;
};

}  // namespace harbinger::edge
