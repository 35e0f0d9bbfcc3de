// Simple ways to say what a user will need next, in the place of ours in the same loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "orchestrate/need_model.h"

namespace harbinger::replay {

/// All of them know how often somebody asks for something within the horizon, so and so many acts after he last asked (of all users, learnt as it
/// comes), and how long it takes then; they differ in what it will be.
enum class SimpleNeeds : std::uint8_t {
  nothing,     ///< never foresees anything
  last_used,   ///< what the user had last, as often as that came true
  popularity,  ///< what all ask for, by how often
  markov,      ///< what followed the user's last need with all users, blended with popularity
};
std::string_view to_string(SimpleNeeds way);

std::unique_ptr<orchestrate::NeedModel> make_simple_needs(SimpleNeeds way,
                                                          const orchestrate::NeedModel::Settings& settings);

}  // namespace harbinger::replay
