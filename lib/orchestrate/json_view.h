// JSON that is looked into and not kept: read fast, into memory that is used again.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace harbinger::orchestrate {

/// A value of a JsonText, borrowed until that reads on. What is not there, or is another kind of value than is asked for, is nothing; null is nothing.
class JsonView {
 public:
  JsonView() = default;
  explicit JsonView(const void* value) : value_(value) {}

  explicit operator bool() const { return value_ != nullptr; }
  bool is_object() const;
  bool is_list() const;
  /// Of an object. Several names: the member of the member.
  JsonView operator[](std::string_view name) const;
  template <class... More>
  JsonView in(std::string_view name, More... more) const {
    if constexpr (sizeof...(more) == 0)
      return (*this)[name];
    else
      return (*this)[name].in(more...);
  }
  /// Of a list.
  std::size_t size() const;
  JsonView at(std::size_t place) const;

  std::string_view text() const;
  /// A number, or a text that is one.
  std::optional<double> number() const;
  /// A truth value, or a text that is one.
  std::optional<bool> truth() const;

 private:
  const void* value_ = nullptr;
};

/// Reads one text after the other. One thread.
class JsonText {
 public:
  JsonText();
  ~JsonText();
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;

  /// Valid until the next call. An error says what is wrong and at which octet. Nesting beyond 32 is one.
  std::expected<JsonView, std::string> read(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harbinger::orchestrate
