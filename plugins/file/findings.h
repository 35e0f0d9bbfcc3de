// What is wrong with a zone file: the first errors and warnings in full, all of them counted.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <harbinger/result.h>

namespace harbinger::file {

/// A place in a zone file. Cheap to pass along with every record; `file` lives as long as the parser does.
struct Place {
  const std::string* file = nullptr;
  int line = 0;
  int column = 0;

  Position position() const { return {file ? *file : std::string(), line, column}; }
};

/// Collects errors and warnings while a zone is read. Of each kind only the first are kept as text.
class Findings {
 public:
  static constexpr std::size_t kReported = 20;

  void error(ErrorCode code, std::string message, const Place& place) {
    add(errors_, error_count_, Error{code, std::move(message), place.position()});
  }
  void warning(std::string message, const Place& place) {
    add(warnings_, warning_count_, Error{ErrorCode::malformed, std::move(message), place.position()});
  }

  bool ok() const { return error_count_ == 0; }
  /// The first kReported of each, in the order they were found.
  const std::vector<Error>& errors() const { return errors_; }
  const std::vector<Error>& warnings() const { return warnings_; }
  std::size_t error_count() const { return error_count_; }
  std::size_t warning_count() const { return warning_count_; }

  /// The errors as one: the first one's code and place, the others as further lines. Only when there are errors.
  Error as_one() const {
    Error all = errors_.front();
    for (std::size_t i = 1; i < errors_.size(); ++i) all.message += "\n" + errors_[i].to_string();
    if (error_count_ > errors_.size())
      all.message += "\n... and " + std::to_string(error_count_ - errors_.size()) + " more errors";
    return all;
  }

 private:
  static void add(std::vector<Error>& to, std::size_t& count, Error finding) {
    if (count++ < kReported) to.push_back(std::move(finding));
  }

  std::vector<Error> errors_, warnings_;
  std::size_t error_count_ = 0, warning_count_ = 0;
};

}  // namespace harbinger::file
