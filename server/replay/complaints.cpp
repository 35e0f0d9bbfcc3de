#include "server/replay/complaints.h"

namespace harbinger::replay {

void Complaints::line(std::string_view file, std::uint64_t line, std::string_view reason) {
  if (++lines_ <= kPrinted) out_ << file << ':' << line << ": " << reason << '\n';
}

void Complaints::file(std::string_view file, std::string_view reason) {
  ++files_;
  out_ << file << ": " << reason << '\n';
}

void Complaints::close() {
  if (lines_ > kPrinted) out_ << lines_ << " lines could not be read; the first " << kPrinted << " are above\n";
}

}  // namespace harbinger::replay
