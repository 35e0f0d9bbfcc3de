#include "mirror/update_guard.h"

#include <array>
#include <charconv>
#include <string>

#include <harbinger/records.h>

namespace harbinger::mirror {

namespace {

constexpr std::string_view kLabel = "_harbinger-mirror", kText = "version=";

std::string text_of(std::uint64_t version) { return std::string(kText) + std::to_string(version); }

// One string in the record, and nothing in it but a version.
std::optional<std::uint64_t> version_in(const Rdata& rdata) {
  if (rdata.empty() || rdata[0] != rdata.size() - 1) return std::nullopt;
  const std::string_view text(reinterpret_cast<const char*>(rdata.data()) + 1, rdata.size() - 1);
  if (!text.starts_with(kText)) return std::nullopt;
  std::uint64_t version = 0;
  const auto [end, error] = std::from_chars(text.data() + kText.size(), text.data() + text.size(), version);
  const bool whole = error == std::errc() && end == text.data() + text.size() && text == text_of(version);
  return whole ? std::optional(version) : std::nullopt;
}

void require_mark(UpdateBuilder& update, const Name& mark, const std::optional<std::uint64_t>& version) {
  if (version)
    update.require_is(mark, RRType::TXT, {txt_rdata(text_of(*version))});
  else
    update.require_absent(mark, RRType::TXT);
}

}  // namespace

Result<Name> mark_of(const Name& name) {
  auto mark = Name::parse(kLabel, name);
  if (!mark) return fail(ErrorCode::too_large, name.to_string() + " is too long for a mark beside it");
  return mark;
}

Result<void> guard(UpdateBuilder& update, const Name& name, const Believed& believed, std::uint64_t version,
                   std::chrono::seconds ttl) {
  const auto mark = mark_of(name);
  if (!mark) return fail(mark.error());
  require_mark(update, *mark, believed.version);
  for (const auto& set : believed.sets) {
    if (set.rdatas.empty())
      update.require_absent(name, set.type);
    else
      update.require_is(name, set.type, set.rdatas);
  }
  update.replace_set(*mark, RRType::TXT, std::array{txt(*mark, ttl, text_of(version))});
  return {};
}

Result<void> take_mark(UpdateBuilder& update, const Name& name, std::uint64_t version) {
  const auto mark = mark_of(name);
  if (!mark) return fail(mark.error());
  require_mark(update, *mark, version);
  update.remove_set(*mark, RRType::TXT);
  return {};
}

Result<std::optional<std::uint64_t>> marked_version(std::span<const Rdata> texts) {
  if (texts.empty()) return std::nullopt;
  const auto version = version_in(texts.front());
  if (texts.size() > 1 || !version)
    return fail(ErrorCode::conflict, "the TXT records below " + std::string(kLabel) + " are not ours");
  return version;
}

Settled settled(std::optional<std::uint64_t> marked, const Believed& believed, std::uint64_t version) {
  if (marked == version) return Settled::made;
  return marked == believed.version ? Settled::possible : Settled::overtaken;
}

}  // namespace harbinger::mirror
