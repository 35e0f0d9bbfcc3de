#include "plugins/state_folder.h"

#include <array>
#include <cstdio>
#include <cstring>

namespace harbinger {

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code trouble;
  std::filesystem::create_directories(folder, trouble);
  if (trouble) return fail(ErrorCode::denied, "cannot make " + folder.string() + ": " + trouble.message());
  return {};
}

Result<Secret> open_state_folder(const std::filesystem::path& folder, const std::optional<std::filesystem::path>& key) {
  if (auto made = make_folder(folder); !made) return fail(made.error());
  return read_or_make_secret(key.value_or(folder / "key"));
}

// Not out of the key, which servers share that make the same tags: each would stop the others' instances as strays.
Result<std::string> installation_of(const std::filesystem::path& state) {
  const auto secret = read_or_make_secret(state / "installation");
  if (!secret) return fail(secret.error());
  std::uint64_t number = 0;
  std::memcpy(&number, secret->data(), sizeof number);
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "h%016llx", static_cast<unsigned long long>(number));
  return text.data();
}

}  // namespace harbinger
