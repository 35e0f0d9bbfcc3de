#include <harbinger/result.h>

namespace harbinger {

std::string Error::to_string() const {
  std::string text;
  if (!position.file.empty()) text += position.file + ':';
  if (position.line > 0) text += std::to_string(position.line) + ':';
  if (position.column > 0) text += std::to_string(position.column) + ':';
  if (!text.empty()) text += ' ';
  return text + message;
}

}  // namespace harbinger
