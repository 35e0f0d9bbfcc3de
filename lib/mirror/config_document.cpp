#include "mirror/config_document.h"

#include <cmath>
#include <cstdio>

#include "config/nearest.h"
#include "mirror/config_rows.h"

namespace harbinger::mirror {

namespace {

using nlohmann::json;

constexpr std::size_t kMostEntries = 10'000;  // of a map
constexpr std::string_view kNameRule = "1 to 63 letters, digits, `-`, `_` and `.`";

// As those of edges.
bool is_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !name.empty() && name.size() <= 63 && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string written(double number) {
  char text[40];
  std::snprintf(text, sizeof text, std::fabs(number) < 1e15 && number == std::floor(number) ? "%.0f" : "%g", number);
  return text;
}

std::string right_number(const Row& row, bool whole) {
  return std::string(whole ? "a whole number" : "a number") + " from " + written(row.least) + " to " +
         written(row.most);
}

// The text of a number says whether it is whole: 3.0 is not.
bool fits(const json& value, const Row& row, bool whole) {
  if (whole ? !value.is_number_integer() : !value.is_number()) return false;
  const auto number = value.get<double>();
  return std::isfinite(number) && number >= row.least && number <= row.most;
}

// Reads one object by its rows.
class Reader {
 public:
  Reader(const json& object, std::string at, Complaints& complaints)
      : object_(object), at_(std::move(at)), complaints_(complaints) {}

  template <class Fields>
  void read(Fields& fields) {
    if (!object_.is_object()) return complain(at_, "is " + shown(object_), "an object");
    each_row(*this, fields);
    for (const auto& [key, value] : object_.items()) complain_if_unknown(key);
  }

  template <class Field>
  void operator()(const Row& row, Field& field) {
    known_.emplace_back(row.key);
    if (const auto found = object_.find(row.key); found != object_.end())
      take(*found, pointer_to(at_, row.key), row, field);
  }

 private:
  void complain(std::string at, std::string wrong, std::string right) {
    complaints_.push_back({std::move(at), std::move(wrong), std::move(right)});
  }

  void complain_if_unknown(const std::string& key) {
    if (std::ranges::find(known_, key) != known_.end()) return;
    const auto near = config::nearest_word(key, known_);
    complain(pointer_to(at_, key), "is not known",
             near.empty() ? "one of " + config::list_of_words(known_) : "`" + near + "`, perhaps");
  }

  void take(const json& value, const std::string& at, const Row&, bool& field) {
    if (!value.is_boolean()) return complain(at, "is " + shown(value), "true or false");
    field = value.get<bool>();
  }
  template <Number Field>
  void take(const json& value, const std::string& at, const Row& row, Field& field) {
    constexpr bool kWhole = std::is_integral_v<Field>;
    if (!fits(value, row, kWhole)) return complain(at, "is " + shown(value), right_number(row, kWhole));
    field = value.get<Field>();
  }
  template <Span Field>
  void take(const json& value, const std::string& at, const Row& row, Field& field) {
    auto count = field.count();
    take(value, at, row, count);
    field = Field(count);
  }
  template <class Entry>
  void take(const json& value, const std::string& at, const Row&, std::map<std::string, Entry>& field) {
    if (!value.is_object()) return complain(at, "is " + shown(value), "an object");
    if (value.size() > kMostEntries)
      return complain(at, "has " + std::to_string(value.size()) + " entries", "at most 10000");
    for (const auto& [name, entry] : value.items()) {
      const auto entry_at = pointer_to(at, name);
      if (!is_name(name)) complain(entry_at, "is no name", std::string(kNameRule));
      Reader(entry, entry_at, complaints_).read(field[name]);
    }
  }
  template <class Fields>
  void take(const json& value, const std::string& at, const Row&, Fields& fields) {
    Reader(value, at, complaints_).read(fields);
  }

  const json& object_;
  const std::string at_;
  Complaints& complaints_;
  std::vector<std::string> known_;
};

// What each field may be by itself, and all of them may not be together.
class Together {
 public:
  explicit Together(Complaints& complaints) : complaints_(complaints) {}

  void check(const MirrorSettings& settings) {
    check(settings.threshold, "/threshold");
    for (const auto& [name, threshold] : settings.types) check(threshold, pointer_to("/types", name));
    const auto& [latency, free_capacity, diversity, cost, trust] = settings.weights;
    if (latency + free_capacity + diversity + cost + trust <= 0)
      complaints_.push_back({"/weights", "are all 0", "at least one of them above 0"});
    at_most("/ttl_s", settings.ttl.count(), "`lease_s`", settings.lease.count());
    at_most("/ttl_s", settings.ttl.count(), "`drain_s`", settings.drain.count());
    at_most("/most_mirrors_of_cluster", settings.most_mirrors_of_cluster, "`most_mirrors`", settings.most_mirrors);
    at_most("/most_bytes", settings.most_bytes, "`push_burst_bytes`", settings.push_burst_bytes);
  }

 private:
  void check(const Threshold& threshold, const std::string& at) {
    if (threshold.withdraw >= threshold.publish)
      complaints_.push_back({at + "/withdraw", "is " + written(threshold.withdraw),
                             "less than `publish`, which is " + written(threshold.publish)});
  }
  template <class Value>
  void at_most(const char* at, Value value, const char* other, Value limit) {
    if (value <= limit) return;
    complaints_.push_back(
        {at, "is " + std::to_string(value), "at most " + std::string(other) + ", which is " + std::to_string(limit)});
  }

  Complaints& complaints_;
};

}  // namespace

std::expected<MirrorSettings, Complaints> read_settings(const json& document) {
  MirrorSettings settings;
  Complaints complaints;
  Reader(document, "", complaints).read(settings);
  // Contradictions between fields that are wrong by themselves would only confuse.
  if (complaints.empty()) Together(complaints).check(settings);
  if (!complaints.empty()) return std::unexpected(std::move(complaints));
  return settings;
}

}  // namespace harbinger::mirror
