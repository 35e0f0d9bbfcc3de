// Text into words and braces.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "config/token.h"

namespace harbinger::config {

/// Words of `text`: comments gone, quotes taken off, `{$NAME}`, `{$NAME:default}` and `{%NAME%}` replaced. Braces are
/// those that stand alone as a word. The result is balanced: what is not closed is told and closed at the end, a stray
/// `}` is told and left out. `file` must live as long as the tokens.
Tokens lex(std::string_view text, const std::string& file,
           const std::function<std::string(const std::string&)>& environment, ErrorList& errors, Budget& budget);

}  // namespace harbinger::config
