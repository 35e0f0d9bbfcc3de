#include "learn/sequence/snapshot.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <type_traits>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace harbinger::sequence {
namespace {

// The layout is this program's memory: a file of another version or machine is refused, not converted.
constexpr char kMagic[16] = "harbinger-seq-2";
struct Header {
  char magic[16];
  std::uint64_t layout, size, checksum;
};

template <class T>
concept Plain = std::is_trivially_copyable_v<T>;

class Writer {
 public:
  template <Plain T>
  void put(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <Plain T>
  void put(const std::vector<T>& values) {
    put(values.size());
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  void put(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <Plain T>
  bool get(T& value) {
    if (rest_.size() < sizeof value) return false;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return true;
  }
  template <Plain T>
  bool get(std::vector<T>& values) {
    std::size_t size = 0;
    if (!get(size) || size > rest_.size() / sizeof(T)) return false;
    values.resize(size);
    if (size) std::memcpy(values.data(), rest_.data(), size * sizeof(T));
    rest_.remove_prefix(size * sizeof(T));
    return true;
  }
  bool get(std::string_view& text) {
    std::uint32_t size = 0;
    if (!get(size) || size > rest_.size()) return false;
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// Changes when a part of the layout does, or the settings.
std::uint64_t layout_of(const Memory& memory) {
  std::uint64_t hash = 1;
  for (const std::size_t part : {sizeof(TextTable::Entry), sizeof(ContextTable::Line), sizeof(ClientState),
                                 sizeof(Blend::State), sizeof(SoonModel::State), kTerms, Evidence::kCells,
                                 memory.contexts.lines().size(), memory.clients.clients().size()})
    hash = mix(hash, part);
  return hash;
}

void put_texts(Writer& out, const TextTable& texts) {
  out.put(texts.size());
  texts.for_each([&](TextId id, const TextTable::Entry& entry, const TextTable::Block& block) {
    out.put(id);
    out.put(entry);
    out.put(block.size_bytes.load(std::memory_order_relaxed));
    out.put(block.text());
  });
}

bool get_texts(Reader& in, TextTable& texts) {
  std::size_t count = 0;
  if (!in.get(count)) return false;
  for (; count > 0; --count) {
    TextId id = 0;
    TextTable::Entry entry;
    std::uint32_t size_bytes = 0;
    std::string_view text;
    if (!in.get(id) || !in.get(entry) || !in.get(size_bytes) || !in.get(text)) return false;
    entry.used = false;
    if (!texts.restore(id, entry, text, size_bytes)) return false;
  }
  return true;
}

/// Only what is used, with its place.
template <class T, class Used>
void put_sparse(Writer& out, std::span<const T> all, std::size_t used, std::uint32_t clock, Used is_used) {
  out.put(used);
  out.put(clock);
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (!is_used(all[at])) continue;
    out.put(static_cast<std::uint32_t>(at));
    out.put(all[at]);
  }
}

template <class Table, class T>
bool get_sparse(Reader& in, Table& table, std::span<T> all) {
  std::size_t used = 0;
  std::uint32_t clock = 0;
  if (!in.get(used) || !in.get(clock)) return false;
  for (std::size_t count = 0; count < used; ++count) {
    std::uint32_t at = 0;
    if (!in.get(at) || at >= all.size() || !in.get(all[at])) return false;
  }
  table.restore(clock, used);
  return true;
}

std::string contents_of(const Memory& memory, const SoonModel& soon, const ServedLines& served) {
  Writer out;
  put_texts(out, memory.resources);
  put_texts(out, memory.edits);
  put_sparse(out, memory.contexts.lines(), memory.contexts.used(), memory.contexts.clock(),
             [](const ContextTable::Line& line) { return line.tag != 0; });
  put_sparse(out, std::span(memory.clients.clients()), memory.clients.used(), memory.clients.clock(),
             [](const ClientState& client) { return client.used_at != 0; });
  const Popularity::Kept popularity = memory.popularity.keep();
  out.put(popularity.step);
  out.put(popularity.total);
  out.put(popularity.place);
  out.put(popularity.window);
  out.put(popularity.leaders);
  out.put(popularity.recent);
  out.put(memory.evidence.cells());
  out.put(memory.blend.state());
  out.put(memory.calibration);
  out.put(soon.state());
  out.put(soon.evidence().cells());
  out.put(served.keep());
  return out.bytes();
}

bool take(Reader& in, Memory& memory, SoonModel& soon, std::vector<ServedLines::Kept>& served) {
  Popularity::Kept popularity;
  const std::size_t cells = memory.evidence.cells().size();
  if (!get_texts(in, memory.resources) || !get_texts(in, memory.edits) ||
      !get_sparse(in, memory.contexts, memory.contexts.lines()) ||
      !get_sparse(in, memory.clients, std::span(memory.clients.clients())) || !in.get(popularity.step) ||
      !in.get(popularity.total) || !in.get(popularity.place) || !in.get(popularity.window) ||
      !in.get(popularity.leaders) || !in.get(popularity.recent) || !in.get(memory.evidence.cells()) ||
      memory.evidence.cells().size() != cells || !in.get(memory.blend.state()) || !in.get(memory.calibration) ||
      !in.get(soon.state()) || !in.get(soon.evidence().cells()) || soon.evidence().cells().size() != cells)
    return false;
  for (ClientState& client : memory.clients.clients()) client.waiting = -1;
  memory.popularity.restore(std::move(popularity));
  return in.get(served) && in.done();
}

std::unexpected<Error> trouble(const std::filesystem::path& path, const char* what) {
  const int cause = errno;
  return fail(cause == ENOENT ? ErrorCode::not_found : ErrorCode::denied,
              path.string() + ": " + what + ": " + std::strerror(cause));
}

/// Closes what it holds.
struct File {
  int descriptor;
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

Result<void> write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return trouble(path, "cannot write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> write_file(const std::filesystem::path& path, const Header& header, std::string_view contents) {
  const File file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (file.descriptor < 0) return trouble(path, "cannot make it");
  const std::string_view head(reinterpret_cast<const char*>(&header), sizeof header);
  if (auto written = write_all(file.descriptor, head, path); !written) return written;
  if (auto written = write_all(file.descriptor, contents, path); !written) return written;
  if (::fsync(file.descriptor) != 0) return trouble(path, "cannot write");
  return {};
}

}  // namespace

Result<void> save_snapshot(const std::filesystem::path& path, const Memory& memory, const SoonModel& soon,
                           const ServedLines& served) {
  const std::string contents = contents_of(memory, soon, served);
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof header.magic);
  header.layout = layout_of(memory);
  header.size = contents.size();
  header.checksum = XXH3_64bits(contents.data(), contents.size());

  std::filesystem::path beside = path;
  beside += ".new";
  if (auto written = write_file(beside, header, contents); !written) {
    ::unlink(beside.c_str());
    return written;
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return trouble(path, "cannot replace it");
  return {};
}

Result<void> load_snapshot(const std::filesystem::path& path, Memory& memory, SoonModel& soon,
                           std::vector<ServedLines::Kept>& served) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return trouble(path, "cannot open it");
  Header header{};
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  if (!file || std::memcmp(header.magic, kMagic, sizeof header.magic) != 0)
    return fail(ErrorCode::malformed, path.string() + ": not a sequence model of this version");
  if (header.layout != layout_of(memory))
    return fail(ErrorCode::unsupported, path.string() + ": saved with other settings or by another version");

  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size != sizeof header + header.size)
    return fail(ErrorCode::truncated, path.string() + ": not as long as it says");
  std::string contents(header.size, '\0');
  file.read(contents.data(), static_cast<std::streamsize>(contents.size()));
  if (!file || XXH3_64bits(contents.data(), contents.size()) != header.checksum)
    return fail(ErrorCode::malformed, path.string() + ": damaged: its checksum does not match");
  Reader in(contents);
  if (!take(in, memory, soon, served))
    return fail(ErrorCode::malformed, path.string() + ": damaged: its parts do not fit");
  return {};
}

}  // namespace harbinger::sequence
