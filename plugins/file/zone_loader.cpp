#include "plugins/file/zone_loader.h"

#include <algorithm>

#include "plugins/file/zone_builder.h"

namespace harbinger::file {

namespace {

template <class Parse>
LoadedZone load(ZoneParser::Options options, const std::string& file, Parse parse) {
  LoadedZone loaded;
  ZoneBuilder builder(options.origin, loaded.findings);
  ZoneParser parser(std::move(options), loaded.findings, [&](const ParsedRecord& record) { builder.add(record); });
  parse(parser);
  loaded.zone = builder.finish({&file, 0, 0});
  loaded.sources = parser.sources();
  return loaded;
}

}  // namespace

LoadedZone load_zone(const std::filesystem::path& path, const Name& apex) {
  return load({.origin = apex}, path.string(), [&](ZoneParser& parser) { parser.parse_file(path); });
}

LoadedZone load_zone_text(std::string_view text, const Name& apex, std::uint32_t most_generated) {
  ZoneParser::Options options{.origin = apex, .most_generated = most_generated, .may_include = false};
  return load(std::move(options), "text", [&](ZoneParser& parser) { parser.parse_text(text, "text"); });
}

bool has_changed(const std::vector<SourceFile>& sources) {
  return std::ranges::any_of(sources,
                             [](const SourceFile& source) { return FileStamp::of(source.path) != source.stamp; });
}

}  // namespace harbinger::file
