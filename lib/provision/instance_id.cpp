#include "provision/instance_id.h"

#include <algorithm>
#include <string>

namespace harbinger::provision {
namespace {

constexpr std::size_t kLongest = 40;

bool letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

}  // namespace

Result<void> check_instance_id(std::string_view id) {
  const bool good = !id.empty() && id.size() <= kLongest && letter_or_digit(id.front()) &&
                    std::ranges::all_of(id, [](char c) { return c == '-' || letter_or_digit(c); });
  if (good) return {};
  return fail(ErrorCode::malformed,
              "'" + std::string(id.substr(0, 2 * kLongest)) +
                  "' is no id of an instance: that is 1 to 40 letters, digits and '-', and begins with no '-'");
}

}  // namespace harbinger::provision
