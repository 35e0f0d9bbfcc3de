// Resources as sensors tell them, in the form that is kept.
#pragma once

#include <string>
#include <string_view>

namespace harbinger::persona {

struct ResourceRules {
  bool keep_query = false;     ///< keep what follows `?`; a part of a page (`#...`) is cut always
  std::string_view site = {};  ///< before a path without a host: "https://www.example.org"; empty: the path stays alone
};

/// Writes the form that is kept of an http or https URL, a path or a name into `kept`: user and password, query string and `#` part cut, scheme and
/// host in lower case, no default port, no dot at the end of a name, octets that are not printable as %XX; of a query that is kept, client profile tags
/// (`cpt=`) cut. False for what is none of these (`mailto:`, `data:`, a host that cannot be one), and where a tag stands elsewhere, as in the
/// host's name; `kept` is then of no use.
bool write_kept(std::string_view told, const ResourceRules& rules, std::string& kept);

}  // namespace harbinger::persona
