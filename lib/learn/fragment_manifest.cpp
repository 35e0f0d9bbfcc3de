#include "learn/fragment_manifest.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace harbinger::learn {

namespace {

using nlohmann::json;

constexpr int kMaxDepth = 4;  // entries, an entry, its fragments, one of them

struct TooDeep {};

Position position_of(std::string_view text, std::size_t octet) {
  const auto before = text.substr(0, std::min(octet > 0 ? octet - 1 : 0, text.size()));
  const auto line_begin = before.rfind('\n');
  const auto column = before.size() - (line_begin == before.npos ? 0 : line_begin + 1);
  return {"", static_cast<int>(std::ranges::count(before, '\n')) + 1, static_cast<int>(column) + 1};
}

Result<json> parse(std::string_view text) {
  if (text.size() > FragmentTable::kMaxManifest)
    return fail(ErrorCode::too_large,
                "a manifest of more than " + std::to_string(FragmentTable::kMaxManifest) + " octets");
  try {
    return json::parse(text.begin(), text.end(), [](int depth, json::parse_event_t, json&) {
      if (depth > kMaxDepth) throw TooDeep();
      return true;
    });
  } catch (const json::parse_error& error) {
    return fail(ErrorCode::malformed, "the manifest is no JSON from here on", position_of(text, error.byte));
  } catch (const json::exception&) {
    return fail(ErrorCode::malformed, "the manifest is no JSON that can be read");
  } catch (const TooDeep&) {
    return fail(ErrorCode::malformed, "the manifest is nested deeper than any has to be");
  }
}

/// Reads one entry, word by word; the first thing that is wrong stays.
class Entry {
 public:
  explicit Entry(const json& entry) : entry_(entry) {}

  Result<FragmentLayout> read() {
    if (!entry_.is_object()) return fail(ErrorCode::malformed, "an entry must be an object: {\"resource\": ...}");
    for (const auto& [word, value] : entry_.items()) read_word(word, value);
    if (entry_.contains("template") == entry_.contains("resource")) wrong("it needs either `template` or `resource`");
    if (entry_.contains("resource") && entry_.contains("fixed") == entry_.contains("fragments"))
      wrong("a `resource` needs either `fixed` or `fragments`");
    if (entry_.contains("resource") && (entry_.contains("first") || entry_.contains("last")))
      wrong("only a `template` has `first` and `last`");
    if (entry_.contains("template") && entry_.size() > 1 + entry_.count("first") + entry_.count("last"))
      wrong("a `template` has only `first` and `last`");
    if (error_) return fail(*error_);
    return std::move(layout_);
  }

 private:
  void wrong(std::string why) {
    if (!error_) error_ = Error{ErrorCode::malformed, std::move(why)};
  }

  void read_word(const std::string& word, const json& value) {
    if (word == "resource" || word == "template") {
      if (value.is_string())
        layout_.resource = value.get<std::string>();
      else
        wrong("`" + word + "` must be a text");
    } else if (word == "fixed") {
      layout_.fixed_bytes = number(word, value, UINT64_MAX);
      if (layout_.fixed_bytes == 0) wrong("`fixed` must be 1 or more");
    } else if (word == "size") {
      layout_.total_bytes = number(word, value, UINT64_MAX);
    } else if (word == "first") {
      layout_.first = static_cast<std::uint32_t>(number(word, value, UINT32_MAX));
    } else if (word == "last") {
      layout_.last = static_cast<std::uint32_t>(number(word, value, UINT32_MAX));
    } else if (word == "fragments") {
      read_fragments(value);
    } else {
      wrong("`" + word.substr(0, 40) + "` is none of resource, template, fixed, size, first, last, fragments");
    }
  }

  std::uint64_t number(const std::string& what, const json& value, std::uint64_t most) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() <= most) return value.get<std::uint64_t>();
    wrong("`" + what + "` must be a whole number from 0 to " + std::to_string(most));
    return 0;
  }

  void read_fragments(const json& value) {
    if (!value.is_array() || value.empty()) return wrong("`fragments` must be a list of [offset, length]");
    if (value.size() > FragmentTable::kMaxFragments) {
      error_ = Error{ErrorCode::too_large, "more than " + std::to_string(FragmentTable::kMaxFragments) + " fragments"};
      return;
    }
    for (std::size_t i = 0; i < value.size() && !error_; ++i) {
      const auto name = "fragments[" + std::to_string(i) + "]";
      const json& pair = value[i];
      if (!pair.is_array() || pair.size() != 2) return wrong("`" + name + "` must be [offset, length]");
      layout_.listed.push_back({number(name, pair[0], UINT64_MAX), number(name, pair[1], UINT64_MAX)});
    }
  }

  const json& entry_;
  FragmentLayout layout_;
  std::optional<Error> error_;
};

}  // namespace

std::string manifest_entry(std::size_t index, std::size_t count) {
  return count > 1 ? "entry " + std::to_string(index) + ": " : "";
}

Result<std::vector<FragmentLayout>> read_fragment_manifest(std::string_view text) {
  const auto parsed = parse(text);
  if (!parsed) return fail(parsed.error());
  std::vector<FragmentLayout> layouts;
  const std::size_t count = parsed->is_array() ? parsed->size() : 1;
  if (count > FragmentTable::kMaxLayouts)
    return fail(ErrorCode::too_large, "more than " + std::to_string(FragmentTable::kMaxLayouts) + " layouts");
  for (std::size_t i = 0; i < count; ++i) {
    auto layout = Entry(parsed->is_array() ? (*parsed)[i] : *parsed).read();
    if (!layout) return fail(layout.error().code, manifest_entry(i, count) + layout.error().message);
    layouts.push_back(std::move(*layout));
  }
  return layouts;
}

}  // namespace harbinger::learn
