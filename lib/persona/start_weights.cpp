#include "persona/start_weights.h"

#include <vector>

#include "base/module_loader.h"
#include "base/read_file.h"

namespace harbinger::persona {

std::optional<std::filesystem::path> shipped_start_model() {
  std::error_code error;
  for (const auto& folder : module_folders())
    if (auto file = folder / "harbinger-start.model"; std::filesystem::is_regular_file(file, error)) return file;
  return std::nullopt;
}

Result<void> load_weights(Network& network, const std::filesystem::path& file) {
  const auto text = read_file(file, "the start model");
  if (!text) return fail(text.error());
  const std::vector<std::uint8_t> octets(text->begin(), text->end());
  auto loaded = network.load(octets);
  if (!loaded) return fail(loaded.error().code, file.string() + ": " + loaded.error().message);
  return {};
}

}  // namespace harbinger::persona
