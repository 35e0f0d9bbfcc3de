// Options of providers that ask somebody else.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include <harbinger/result.h>
#include "provision/provider.h"

namespace harbinger::provision {

/// Reads options one by one; remembers what was asked for, and the first that is wrong.
class OptionWords {
 public:
  /// `options` outlives it.
  OptionWords(std::string_view provider, const std::map<std::string, std::string>& options)
      : provider_(provider), options_(options) {}

  std::string text(const std::string& word, std::string otherwise = {});
  /// `yes` or `no`.
  bool yes(const std::string& word, bool otherwise);
  /// Not negative.
  double number(const std::string& word, double otherwise);
  /// All options `PREFIX.WORD`, by their word.
  std::map<std::string, std::string> table(const std::string& prefix);
  /// `usual_start_s`, `cost_per_hour`, `most`: operators know their cloud better than we do.
  void take_traits(ProviderTraits& traits);
  /// A value of a table that is wrong, said as of the others.
  void complain(const std::string& word, const std::string& value, std::string_view right);

  /// `malformed`: a value; `unknown`: an option that nobody asked for.
  Result<void> done() const;

 private:
  const std::string* find(const std::string& word);

  const std::string provider_;
  const std::map<std::string, std::string>& options_;
  std::set<std::string> known_, tables_;
  std::string wrong_;
};

}  // namespace harbinger::provision
