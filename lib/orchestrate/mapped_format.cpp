#include <array>
#include <cmath>

#include "orchestrate/activity_format.h"
#include "orchestrate/activity_words.h"
#include "orchestrate/actor_class.h"
#include "orchestrate/field_mapping.h"
#include "orchestrate/json_view.h"
#include "persona/log_times.h"

namespace harbinger::orchestrate {

namespace {

using Trouble = std::optional<LogTrouble>;

// Our words, what others say for them, and codes of HTTP.
std::optional<ActivityOutcome> outcome_of(std::string_view word, std::optional<double> code) {
  struct Word {
    std::string_view text;
    ActivityOutcome outcome;
  };
  static constexpr std::array kWords{
      Word{"succeeded", ActivityOutcome::succeeded}, Word{"success", ActivityOutcome::succeeded},
      Word{"ok", ActivityOutcome::succeeded},        Word{"true", ActivityOutcome::succeeded},
      Word{"failed", ActivityOutcome::failed},       Word{"failure", ActivityOutcome::failed},
      Word{"error", ActivityOutcome::failed},        Word{"false", ActivityOutcome::failed},
      Word{"denied", ActivityOutcome::denied},       Word{"forbidden", ActivityOutcome::denied},
      Word{"throttled", ActivityOutcome::throttled}};
  if (code && *code >= 100 && *code < 400) return ActivityOutcome::succeeded;
  if (code && (*code == 401 || *code == 403)) return ActivityOutcome::denied;
  if (code && *code == 429) return ActivityOutcome::throttled;
  if (code && *code >= 400 && *code < 600) return ActivityOutcome::failed;
  for (const auto& each : kWords)
    if (each.text.size() == word.size() && starts_with_word(word, each.text)) return each.outcome;
  return std::nullopt;
}

LogTrouble no_value(ActField field, std::string_view text, std::string_view expected, LogTrouble::Kind kind) {
  constexpr std::size_t kMost = 40;
  return {kind, "`" + std::string(text.substr(0, kMost)) + "` as " + std::string(to_string(field)) + "; expected " +
                    std::string(expected)};
}

class MappedFormat final : public ActivityFormat {
 public:
  explicit MappedFormat(FieldMapping mapping) : mapping_(std::move(mapping)) {}

  void read(std::string_view line, const Use& use) override {
    if (line.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
    const auto json = text_.read(line);
    if (!json) return use.trouble(json.error());
    if (!json->is_list()) return read_object(*json, use);
    for (std::size_t i = 0; i < json->size(); ++i) read_object(json->at(i), use);
  }

 private:
  void read_object(JsonView object, const Use& use) {
    if (!object.is_object()) return use.trouble("expected an object of JSON");
    object_ = object;
    ActivityRecord record;
    for (const auto read : {&MappedFormat::read_words, &MappedFormat::read_time, &MappedFormat::read_outcome,
                            &MappedFormat::read_numbers, &MappedFormat::read_need})
      if (const auto trouble = (this->*read)(record)) return use.trouble(*trouble);
    use.record(record);
  }

  Trouble read_words(ActivityRecord& record) {
    record.actor = text(ActField::actor);
    record.verb = text(ActField::verb);
    if (record.verb.empty()) return LogTrouble("nothing stands where the mapping says that `verb` is");
    record.kind = text(ActField::kind);
    record.scope = text(ActField::scope);
    record.scope_is_private = true;
    record.request = text(ActField::request);
    record.source = text(ActField::source);
    if (record.source.empty()) record.source = "json";
    record.actor_class = actor_class_of(text(ActField::agent));
    return std::nullopt;
  }

  Trouble read_time(ActivityRecord& record) {
    const auto at = text(ActField::at);
    if (at.empty()) return std::nullopt;
    record.at = persona::parse_time(at);
    if (!record.at) record.at = persona::parse_clf_time(at);
    if (record.at) return std::nullopt;
    return no_value(ActField::at, at, "2023-11-14T22:13:20Z, or seconds or milliseconds since 1970",
                    LogTrouble::Kind::time);
  }

  Trouble read_outcome(ActivityRecord& record) {
    const auto word = text(ActField::outcome);
    if (word.empty()) return std::nullopt;
    const auto outcome = outcome_of(word, persona::parse_number<double>(word));
    if (!outcome)
      return no_value(ActField::outcome, word, "succeeded, failed, denied, throttled or a status of HTTP",
                      LogTrouble::Kind::shape);
    record.outcome = *outcome;
    return std::nullopt;
  }

  Trouble read_numbers(ActivityRecord& record) {
    double latency = 0, cpu = -1, memory = -1;
    constexpr double kMostMillis = 4e9;
    for (const auto& trouble : {number(ActField::latency_ms, kMostMillis, latency), share(ActField::used_cpu, cpu),
                                share(ActField::used_memory, memory)})
      if (trouble) return trouble;
    record.latency_ms = static_cast<std::uint32_t>(latency);
    record.used_cpu = static_cast<float>(cpu);
    record.used_memory = static_cast<float>(memory);
    const bool measures = cpu >= 0 || memory >= 0;
    const auto told = text(ActField::changes);
    record.changes = told.empty() ? !measures && !only_reads(record.verb) : told == "true" || told == "1";
    return std::nullopt;
  }

  Trouble read_need(ActivityRecord& record) {
    need_ = Need();
    need_.machine = text(ActField::machine);
    need_.image = text(ActField::image);
    need_.security = text(ActField::security);
    constexpr double kMost = 4e9;
    double count = 1, storage = 0, bandwidth = 0;
    for (const auto& trouble : {number(ActField::count, kMost, count), number(ActField::storage_gb, kMost, storage),
                                number(ActField::bandwidth_mbps, kMost, bandwidth)})
      if (trouble) return trouble;
    need_.count = static_cast<std::uint32_t>(count);
    need_.storage_gb = static_cast<std::uint32_t>(std::ceil(storage));
    need_.bandwidth_mbps = static_cast<std::uint32_t>(std::ceil(bandwidth));
    const auto kind = text(ActField::need);
    const bool asks = !kind.empty() || !need_.machine.empty() || !need_.image.empty() || need_.storage_gb > 0;
    const bool may_ask = record.outcome == ActivityOutcome::succeeded && record.changes && !removes(record.verb);
    if (!asks || !may_ask || need_.count == 0) return std::nullopt;
    need_.kind = !kind.empty() ? kind : need_.machine.empty() && need_.image.empty() ? "volume" : "machine";
    record.asks = &need_;
    return std::nullopt;
  }

  // Texts, numbers and truth values, written the same way. Valid until the next object.
  std::string_view text(ActField field) {
    if (const auto constant = mapping_.constant(field); !constant.empty()) return constant;
    const auto value = mapping_.find(object_, field);
    if (const auto text = value.text(); !text.empty()) return text;
    auto& written = written_[static_cast<std::size_t>(field)];
    written.clear();
    if (const auto number = value.number())
      written = number_text(*number);
    else if (const auto truth = value.truth())
      written = *truth ? "true" : "false";
    return written;
  }

  // Whole numbers without a point: ids and times.
  static std::string number_text(double number) {
    constexpr double kExact = 9e15;
    if (number == std::floor(number) && std::abs(number) < kExact)
      return std::to_string(static_cast<std::int64_t>(number));
    return std::to_string(number);
  }

  // What was not told stays as it is.
  Trouble number(ActField field, double most, double& to) {
    const auto word = text(field);
    if (word.empty()) return std::nullopt;
    const auto value = persona::parse_number<double>(word);
    if (!value || !(*value >= 0 && *value <= most))
      return no_value(field, word, "a number that is not negative", LogTrouble::Kind::number);
    to = *value;
    return std::nullopt;
  }

  Trouble share(ActField field, double& to) {
    const double whole = mapping_.per_cent(field) ? 100 : 1;
    if (const auto trouble = number(field, whole, to))
      return no_value(field, text(field),
                      "a share from 0 to 1, or with % behind the field in the mapping from 0 to 100",
                      LogTrouble::Kind::number);
    if (to >= 0) to /= whole;
    return std::nullopt;
  }

  const FieldMapping mapping_;
  JsonText text_;
  JsonView object_;
  std::array<std::string, static_cast<std::size_t>(ActField::limit)> written_;
  Need need_;
};

}  // namespace

Result<std::unique_ptr<ActivityFormat>> make_mapped_format(std::string_view mapping) {
  auto parsed = FieldMapping::parse(mapping);
  if (!parsed) return fail(parsed.error());
  return std::make_unique<MappedFormat>(std::move(*parsed));
}

}  // namespace harbinger::orchestrate
