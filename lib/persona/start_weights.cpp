#include "persona/start_weights.h"

#include <fstream>
#include <iterator>
#include <vector>

#include "persona/module_loader.h"

namespace harbinger::persona {

std::optional<std::filesystem::path> shipped_start_model() {
  std::error_code error;
  for (const auto& folder : module_folders())
    if (auto file = folder / "harbinger-start.model"; std::filesystem::is_regular_file(file, error)) return file;
  return std::nullopt;
}

Result<void> load_weights(Network& network, const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(ErrorCode::not_found, "cannot read " + file.string());
  const std::vector<std::uint8_t> octets(std::istreambuf_iterator<char>(in), {});
  auto loaded = network.load(octets);
  if (!loaded) return fail(loaded.error().code, file.string() + ": " + loaded.error().message);
  return {};
}

}  // namespace harbinger::persona
