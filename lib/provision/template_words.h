// What templates and ids must look like for providers that ask somebody else.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include <harbinger/result.h>
#include "provision/template.h"

namespace harbinger::provision {

/// `denied` when a template has a word in `more` that is not one of these.
Result<void> only_words(const Template& what, const std::set<std::string_view>& words);

/// `denied` when an id cannot be part of a DNS label: small letters, digits and `-`, 40 at most, no `-` at its ends.
Result<void> label_like(std::string_view id, std::string_view what);

/// The text with `{id}` and the like replaced.
std::string filled(std::string text, const std::map<std::string, std::string>& values);

}  // namespace harbinger::provision
