// The words of a provider's configuration, read with their limits.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <harbinger/address.h>
#include <harbinger/result.h>

namespace harbinger::provision {

/// Reads words one after the other; the first that is wrong is what `check` tells of. A word that nobody read is wrong, too.
class ProviderOptions {
 public:
  ProviderOptions(std::string_view provider, const std::map<std::string, std::string>& words)
      : provider_(provider), words_(words) {}

  std::string text(const std::string& word, std::string usual);
  double number(const std::string& word, double usual, double least, double most);
  IpPrefix range(const std::string& word, std::string_view usual);

  /// `malformed`, `unknown`: with what would be right.
  Result<void> check() const;

 private:
  const std::string* find(const std::string& word);
  void wrong(const std::string& word, const std::string& right);

  std::string provider_;
  const std::map<std::string, std::string>& words_;
  std::set<std::string> known_;
  std::string trouble_;
};

}  // namespace harbinger::provision
