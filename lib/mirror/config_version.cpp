#include "mirror/config_version.h"

#include <array>
#include <cstdio>

#include "mirror/config_document.h"

namespace harbinger::mirror {

namespace {

using nlohmann::json;

template <class Number>
bool take(const json& document, const char* key, Number& into) {
  const auto found = document.find(key);
  if (found == document.end() || !found->is_number_integer()) return false;
  into = found->get<Number>();
  return true;
}

bool take(const json& document, const char* key, std::string& into) {
  const auto found = document.find(key);
  if (found == document.end() || !found->is_string()) return false;
  into = found->get<std::string>();
  return true;
}

std::unexpected<Error> wrong(std::string what) { return fail(ErrorCode::malformed, std::move(what)); }

}  // namespace

std::string etag_of(const ConfigVersion& version) {
  std::array<char, 64> text{};
  const auto hash = resource_hash(settings_document(version.settings).dump() + std::to_string(version.changed_at));
  std::snprintf(text.data(), text.size(), "\"%llu-%08llx\"", static_cast<unsigned long long>(version.number),
                static_cast<unsigned long long>(hash & 0xffff'ffff));
  return text.data();
}

std::vector<std::uint8_t> version_octets(const ConfigVersion& version) {
  const json document{{"version", version.number},
                      {"changed_at_ms", version.changed_at},
                      {"changed_by", version.changed_by},
                      {"settings", settings_document(version.settings)}};
  const auto text = document.dump(-1, ' ', true, json::error_handler_t::replace);
  return {text.begin(), text.end()};
}

Result<ConfigVersion> read_version(const std::vector<std::uint8_t>& octets) {
  const auto document = parse_json({reinterpret_cast<const char*>(octets.data()), octets.size()});
  if (!document) return wrong(document.error().message);
  ConfigVersion version;
  const bool whole =
      document->is_object() && document->contains("settings") && take(*document, "version", version.number) &&
      take(*document, "changed_at_ms", version.changed_at) && take(*document, "changed_by", version.changed_by);
  if (!whole) return wrong("a version, its time, its author and the settings are needed");
  auto settings = read_settings((*document)["settings"]);
  if (!settings) {
    const auto& first = settings.error().front();
    return wrong(first.at + " " + first.wrong + ", and right would be " + first.right);
  }
  version.settings = std::move(*settings);
  version.etag = etag_of(version);
  return version;
}

}  // namespace harbinger::mirror
