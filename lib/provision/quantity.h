// Amounts as Kubernetes writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace harbinger::provision {

/// "250m" is 0.25, "64Mi" is 67108864, "1e3" is 1000; nothing for what is none.
std::optional<double> read_quantity(std::string_view text);
/// In thousandths, rounded up: "250m".
std::string cpu_quantity(double cpus);
std::string memory_quantity(std::uint64_t mb);

}  // namespace harbinger::provision
