#include "persona/event_json.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace harbinger::persona {

namespace {

using Json = nlohmann::json;

std::string* text_of(ToldEvent& event, std::string_view key) {
  if (key == "action") return &event.action;
  if (key == "resource") return &event.resource;
  if (key == "outcome") return &event.outcome;
  if (key == "device") return &event.device;
  if (key == "client") return &event.client;
  if (key == "key") return &event.key;
  return nullptr;
}

std::optional<double>* number_of(ToldEvent& event, std::string_view key) {
  if (key == "at") return &event.at;
  if (key == "dwell") return &event.dwell;
  if (key == "extent") return &event.extent;
  if (key == "type") return &event.type;
  return nullptr;
}

// Fed while the text is read, so that no tree of a hostile body is ever built.
class Reader final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t number) override { return take(static_cast<double>(number)); }
  bool number_unsigned(number_unsigned_t number) override { return take(static_cast<double>(number)); }
  bool number_float(number_float_t number, const string_t&) override { return take(number); }
  bool binary(binary_t&) override { return value(); }

  bool string(string_t& text) override {
    if (auto* field = in_event() ? text_of(batch.events.back(), key_) : nullptr) {
      *field = std::move(text);
      return true;
    }
    return value();
  }

  bool key(string_t& text) override {
    if (depth_ == 1 || depth_ == 3) key_ = std::move(text);
    return true;
  }

  bool start_object(std::size_t) override {
    if (depth_ == 2 && in_events_) {
      batch.events.emplace_back();
    } else if (depth_ != 0 && !value()) {
      return false;
    }
    ++depth_;
    return true;
  }

  bool start_array(std::size_t) override {
    if (depth_ == 1 && key_ == "events") {
      in_events_ = has_events = true;
    } else if (!value()) {
      return false;
    }
    ++depth_;
    return true;
  }

  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& why) override {
    at = position;
    trouble = why.what();
    return false;
  }

  ToldBatch batch;
  bool has_events = false;
  std::size_t at = 0;   // of what is no JSON, in octets
  std::string trouble;  // empty: all is well so far

 private:
  bool in_event() const { return depth_ == 3 && in_events_; }

  // Something other than what is wanted at its place.
  bool value() {
    if (depth_ == 0) return complain("expected an object with `events`");
    if (depth_ == 1 && key_ == "events") return complain("`events` must be an array");
    if (depth_ == 2 && in_events_) batch.events.emplace_back().odd = true;
    if (in_event() && (text_of(batch.events.back(), key_) || number_of(batch.events.back(), key_)))
      batch.events.back().odd = true;
    return true;
  }

  bool take(double number) {
    if (depth_ == 1 && key_ == "sent") {
      batch.sent = number;
      return true;
    }
    auto* field = in_event() ? number_of(batch.events.back(), key_) : nullptr;
    if (!field) return value();
    *field = number;
    return true;
  }

  bool close() {
    if (--depth_ == 1) in_events_ = false;
    return true;
  }

  bool complain(std::string why) {
    trouble = std::move(why);
    return false;
  }

  std::size_t depth_ = 0;
  bool in_events_ = false;
  std::string key_;
};

Position position_in(std::string_view text, std::size_t octets) {
  const auto before = text.substr(0, std::min(octets > 0 ? octets - 1 : 0, text.size()));
  const auto line_begin = before.rfind('\n');
  const auto column = line_begin == std::string_view::npos ? before.size() : before.size() - line_begin - 1;
  return {"", static_cast<int>(std::ranges::count(before, '\n')) + 1, static_cast<int>(column) + 1};
}

// Of "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing value - invalid literal; last
// read: '...'", what stands between place and quotation.
std::string plain_reason(std::string_view why) {
  const auto drop = [&](std::string_view start, std::string_view end) {
    const auto place = why.starts_with(start) ? why.find(end) : std::string_view::npos;
    if (place != std::string_view::npos) why.remove_prefix(place + end.size());
  };
  drop("[", "] ");
  drop("parse error", ": ");
  return std::string(why.substr(0, why.find("; last read")));
}

}  // namespace

Result<ToldBatch> read_events(std::string_view json) {
  Reader reader;
  Json::sax_parse(json.begin(), json.end(), &reader);
  if (!reader.trouble.empty() && reader.at != 0)
    return fail(ErrorCode::malformed, plain_reason(reader.trouble), position_in(json, reader.at));
  if (!reader.trouble.empty()) return fail(ErrorCode::malformed, reader.trouble);
  if (!reader.has_events) return fail(ErrorCode::malformed, "expected an object with `events`");
  return std::move(reader.batch);
}

}  // namespace harbinger::persona
