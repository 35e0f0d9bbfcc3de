#include <harbinger/secret_file.h>

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>

#include <harbinger/random.h>

#include "learn/file.h"

namespace harbinger {

namespace {

using learn::File;
using learn::file_trouble;

Secret random_secret() {
  Secret secret;
  for (std::size_t i = 0; i < secret.size(); i += 8) {
    const auto word = system_random().next();
    std::memcpy(secret.data() + i, &word, sizeof word);
  }
  return secret;
}

}  // namespace

Result<Secret> read_secret(const std::filesystem::path& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return file_trouble("read key file", path);
  std::array<std::uint8_t, sizeof(Secret) + 1> octets;  // one more, to see a file that is too long
  const auto got = read(file.number(), octets.data(), octets.size());
  if (got < 0) return file_trouble("read key file", path);
  if (got != sizeof(Secret))
    return fail(ErrorCode::malformed, "key file " + path.string() + " must hold exactly 32 octets");
  Secret secret;
  std::copy_n(octets.begin(), secret.size(), secret.begin());
  return secret;
}

// Written beside and linked to its place, so that nobody ever reads a part and the first of two makers wins.
Result<void> write_secret(const std::filesystem::path& path, const Secret& secret) {
  const auto beside = path.string() + "." + std::to_string(system_random().next());
  const File file(open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return file_trouble("make key file", path);
  const bool written = learn::write_all(file.number(), secret.data(), secret.size()) && fsync(file.number()) == 0;
  const bool placed = written && link(beside.c_str(), path.c_str()) == 0;
  const int reason = errno;
  unlink(beside.c_str());
  if (!placed) return file_trouble("make key file", path, reason);
  return {};
}

Result<Secret> read_or_make_secret(const std::filesystem::path& path) {
  auto secret = read_secret(path);
  if (secret || secret.error().code != ErrorCode::not_found) return secret;
  const Secret fresh = random_secret();
  const auto written = write_secret(path, fresh);
  if (written) return fresh;
  if (written.error().code == ErrorCode::conflict) return read_secret(path);
  return fail(written.error());
}

const Secret& process_secret() {
  static const Secret only = random_secret();
  return only;
}

}  // namespace harbinger
