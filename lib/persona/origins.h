// Which web pages may report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harbinger::persona {

/// Whether a page of `origin` ("https://www.example.org", as browsers send it) may report to us, whom its browser calls `host`. Allowed are the pages
/// of our own host, and `allowed`: whole origins, "https://*.example.org" for every host below one, "*" for everybody.
bool may_report(std::string_view origin, std::string_view host, const std::vector<std::string>& allowed) noexcept;

}  // namespace harbinger::persona
