#include "orchestrate/json_view.h"

#include <array>
#include <charconv>
#include <cmath>

#include <boost/json.hpp>
// The library as a part of this file: no shared object of Boost is needed to run.
#include <boost/json/src.hpp>

namespace harbinger::orchestrate {

namespace json = boost::json;

namespace {

constexpr std::size_t kFirstBuffer = 64 << 10;  // enough for most lines

const json::value* as_value(const void* value) { return static_cast<const json::value*>(value); }

JsonView view_of(const json::value* value) {
  return value && !value->is_null() ? JsonView(static_cast<const void*>(value)) : JsonView();
}

std::string where_it_is_wrong(const boost::system::error_code& error, std::size_t octet, std::size_t size) {
  if (error == json::error::incomplete || octet >= size)
    return "no JSON: it is cut, after " + std::to_string(size) + " octets";
  return "no JSON: " + error.message() + " at octet " + std::to_string(octet + 1);
}

}  // namespace

bool JsonView::is_object() const { return value_ && as_value(value_)->is_object(); }
bool JsonView::is_list() const { return value_ && as_value(value_)->is_array(); }

JsonView JsonView::operator[](std::string_view name) const {
  return is_object() ? view_of(as_value(value_)->get_object().if_contains(name)) : JsonView();
}

std::size_t JsonView::size() const { return is_list() ? as_value(value_)->get_array().size() : 0; }

JsonView JsonView::at(std::size_t place) const {
  return is_list() ? view_of(as_value(value_)->get_array().if_contains(place)) : JsonView();
}

std::string_view JsonView::text() const {
  const auto* text = value_ ? as_value(value_)->if_string() : nullptr;
  return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

std::optional<double> JsonView::number() const {
  if (!value_) return std::nullopt;
  const auto& value = *as_value(value_);
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  if (value.is_double()) return value.get_double();
  const auto digits = text();
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<bool> JsonView::truth() const {
  if (value_ && as_value(value_)->is_bool()) return as_value(value_)->get_bool();
  if (text() == "true") return true;
  if (text() == "false") return false;
  return std::nullopt;
}

struct JsonText::Impl {
  std::array<unsigned char, kFirstBuffer> buffer;
  json::monotonic_resource memory{buffer.data(), buffer.size()};
  json::parser parser;
  std::optional<json::value> value;  // in `memory`, so it ends before that is used again
};

JsonText::JsonText() : impl_(std::make_unique<Impl>()) {}
JsonText::~JsonText() = default;

std::expected<JsonView, std::string> JsonText::read(std::string_view text) {
  impl_->value.reset();
  impl_->parser.reset();
  impl_->memory.release();
  impl_->parser.reset(&impl_->memory);
  boost::system::error_code error;
  const auto octets = impl_->parser.write_some(text.data(), text.size(), error);
  if (!error && text.find_first_not_of(" \t\r\n", octets) != std::string_view::npos) error = json::error::extra_data;
  if (error) return std::unexpected(where_it_is_wrong(error, octets, text.size()));
  // Made in place: an assigned value would be copied out of the memory that it is in.
  impl_->value.emplace(impl_->parser.release());
  return view_of(&*impl_->value);
}

}  // namespace harbinger::orchestrate
