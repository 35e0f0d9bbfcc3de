// Text in columns, and numbers as people read them.
#pragma once

#include <string>
#include <vector>

namespace harbinger::replay {

/// Lines of columns; the first is text, the others stand to the right.
class Columns {
 public:
  explicit Columns(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;

 private:
  std::size_t width(std::size_t column) const;

  std::vector<std::vector<std::string>> rows_;
};

std::string decimal(double value, int digits);
/// A share in per cent, one digit after the point.
std::string percent(double share);
/// `35 ms`, `2.0 s`, `3.5 min`
std::string span_text(double ms);

}  // namespace harbinger::replay
