// What sets a cluster apart from everybody.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "persona/client_state.h"
#include "persona/features.h"
#include "persona/resource_names.h"

namespace harbinger::persona {

struct Distinction {
  float strength = 0;    ///< share here times the logarithm of how many times more than elsewhere
  std::string sentence;  ///< "92 % of its clients ask for fitbit.com, 3 % of all"
  std::string word;      ///< what a persona may be called by it: "fitbit-com"
};

/// Knows what everybody does; asked for each cluster.
class Distinctions {
 public:
  Distinctions(std::span<const ClientState* const> everybody, const ResourceNames& names);

  /// The strongest `most` of these clients, strongest first; what is told of resources says nothing of a single client (see ResourceNames).
  std::vector<Distinction> of(std::span<const ClientState* const> clients, std::size_t most) const;

 private:
  /// In how many clients each site and resource comes up.
  struct Reach {
    explicit Reach(std::span<const ClientState* const> clients);
    float share(float count) const { return clients > 0 ? count / clients : 0; }
    float clients = 0;
    std::vector<float> resources, sites;
  };
  void tell_names(const Reach& here, std::vector<Distinction>& to) const;
  void tell_features(const Features& here, std::vector<Distinction>& to) const;

  const ResourceNames& names_;
  const Reach all_;
  const Features usual_;
};

/// [a-z0-9-], at most 31 characters, no dash at either end; "persona" where nothing is left.
std::string persona_word(std::string_view text);

}  // namespace harbinger::persona
