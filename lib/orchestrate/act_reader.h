// Acts of users read by the persona engine's network: its hidden states are further signs of what users are.
#pragma once

#include <memory>

#include <harbinger/result.h>
#include "orchestrate/attributes.h"
#include "persona/network.h"

namespace harbinger::orchestrate {

/// The event that the network reads an act as: "verb.kind.source" is its resource, kind and source its site. `text` holds it and outlives the event.
BehaviourEvent event_of(const Activity& act, std::string& text);

/// Remembers when each of `users` users acted last; those longest idle are taken for new ones.
std::unique_ptr<ActReader> make_act_reader(std::unique_ptr<persona::Network> network, std::size_t users = 100'000);

/// With the network of harbinger-engine.so, which brings LibTorch, and the start model that comes with it, where there is one. Errors of
/// persona::load_network() and persona::load_weights().
Result<std::unique_ptr<ActReader>> load_act_reader(std::size_t users = 100'000);

}  // namespace harbinger::orchestrate
