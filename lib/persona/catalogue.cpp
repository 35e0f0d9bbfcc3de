#include "persona/catalogue.h"

#include <algorithm>

#include "persona/catalogue_check.h"

namespace harbinger::persona {

namespace {

constexpr std::size_t kMostErrors = 1000;  // more would not be read by anybody

CatalogueEntry entry_of(EntryBlock block) {
  CatalogueEntry entry;
  auto& profile = entry.profile;
  profile.name = block.name;
  profile.entry = std::move(block.name);
  for (auto& [key, value] : block.attributes) profile.attributes.emplace_back(std::move(key), std::move(value));
  std::ranges::sort(profile.attributes);
  profile.location = std::move(block.location);
  profile.resource_template = std::move(block.machine_template);
  for (auto& [pattern, weight] : block.priorities)
    profile.priorities.emplace_back(std::move(pattern), static_cast<float>(weight));
  profile.hint_floor = static_cast<float>(block.floor);
  profile.hints = block.hints;
  profile.fragments_ahead = block.fragments;
  profile.prefetch = block.prefetch;
  for (const auto& [feature, range, weight] : block.fits)
    entry.ranges.push_back(
        {feature, static_cast<float>(range.low), static_cast<float>(range.high), static_cast<float>(weight)});
  for (auto& rule : block.rules) entry.rules.push_back(in_lower_case(std::move(rule)));
  return entry;
}

class Reader {
 public:
  void take(config::ServerBlock block) {
    const auto word = block.keys.front();
    if (word.text != "persona")
      return errors.push_back(
          {ErrorCode::unknown,
           "each block begins with `persona` and a name, as in `persona mobile-video {`, not `" + word.text + "`",
           word.position});
    block.keys.erase(block.keys.begin());
    const config::Directive directive{word, std::move(block.keys), std::move(block.directives), true};
    check_.look_at(directive);
    auto read = entry_options().read(directive);
    if (read)
      entries.push_back(entry_of(std::move(*read)));
    else
      std::ranges::move(read.error(), std::back_inserter(errors));
  }

  config::Errors errors;
  std::vector<CatalogueEntry> entries;

 private:
  CatalogueCheck check_{errors};
};

// Each file's errors by their place, files in the order in which they came.
void sort_errors(config::Errors& errors) {
  std::ranges::stable_sort(errors, [](const Error& a, const Error& b) {
    return a.position.file == b.position.file &&
           std::pair(a.position.line, a.position.column) < std::pair(b.position.line, b.position.column);
  });
  if (errors.size() > kMostErrors) errors.resize(kMostErrors);
}

}  // namespace

std::expected<Catalogue, config::Errors> Catalogue::parse(std::string_view text, const std::filesystem::path& path,
                                                          const config::Sources& sources) {
  auto file = config::parse(text, path, sources);
  if (!file) return std::unexpected(std::move(file.error()));
  Reader reader;
  for (const auto& line : file->global)
    reader.errors.push_back(
        {ErrorCode::malformed, "a catalogue has no block without a name, write `persona NAME {`", line.word.position});
  for (auto& block : file->blocks) reader.take(std::move(block));
  if (reader.entries.empty() && reader.errors.empty())
    reader.errors.push_back({ErrorCode::malformed,
                             "a catalogue has at least one persona, as in `persona mobile-video {`",
                             {path.string(), 1, 1}});
  if (!reader.errors.empty()) {
    sort_errors(reader.errors);
    return std::unexpected(std::move(reader.errors));
  }
  Catalogue catalogue;
  catalogue.entries_ = std::move(reader.entries);
  return catalogue;
}

std::expected<Catalogue, config::Errors> Catalogue::load(const std::filesystem::path& path) {
  const auto sources = config::Sources::of_the_system();
  const auto text = sources.read_file(path);
  if (!text) return std::unexpected(config::Errors{text.error()});
  return parse(*text, path, sources);
}

const Catalogue& Catalogue::defaults() {
  // A test holds the text against the grammar.
  static const Catalogue catalogue = parse(default_text(), "the default catalogue").value_or(Catalogue());
  return catalogue;
}

}  // namespace harbinger::persona
