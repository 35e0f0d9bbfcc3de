// Any text is a Harbingerfile or a list of errors that say where; and any directive is a set of options or a list of
// errors.
#include <harbinger/options.h>

#include <cstdlib>

using namespace harbinger;

namespace {

// Octet 0x1e parts the main file from two others, which it may import as `a` and `b` or together as `*`.
constexpr char kSeparator = 0x1e;

struct Disk {
  std::string_view main, a, b;

  explicit Disk(std::string_view text) {
    for (auto* file : {&main, &a, &b}) {
      const auto end = std::min(text.find(kSeparator), text.size());
      *file = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  config::Sources sources() const {
    return {[this](const std::filesystem::path& path) -> Result<std::string> {
              if (path == "a") return std::string(a);
              if (path == "b") return std::string(b);
              return fail(ErrorCode::not_found, "no such file");
            },
            [](const std::string&) { return std::vector<std::filesystem::path>{"b", "a"}; },
            [](const std::string& name) { return name == "X" ? std::string("{ value } \"") : std::string(); }};
  }
};

struct Rule {
  std::vector<std::string> words;
  std::optional<std::chrono::milliseconds> wait;
  ByteSize size;
};

struct Sample {
  std::string from;
  std::vector<std::filesystem::path> files;
  bool flag = false;
  std::chrono::seconds ttl{5};
  std::uint16_t port = 53;
  double share = 0;
  std::vector<Rule> rules;
};

const Options<Sample>& sample_options() {
  static const auto options = [] {
    Options<Sample> rows;
    rows.argument("from", &Sample::from, "").optional_argument("files", &Sample::files, "");
    rows.option("flag", &Sample::flag, "")
        .option("ttl", &Sample::ttl, between(std::chrono::seconds(1), std::chrono::hours(1)), "");
    rows.option("port", &Sample::port, at_least(1), "").option("share", &Sample::share, between(0, 1), "");
    rows.rows("rule", &Sample::rules,
              Clause<Rule>().argument("words", &Rule::words).value("wait", &Rule::wait).value("size", &Rule::size), "");
    return rows;
  }();
  return options;
}

void require(bool holds) {
  if (!holds) std::abort();
}

void check_errors(const config::Errors& errors) {
  require(!errors.empty());
  for (const auto& error : errors) {
    require(!error.message.empty() && !error.position.file.empty());
    require(error.position.line > 0 && error.position.column > 0);
  }
}

void check_directive(const config::Directive& directive) {
  require(directive.word.position.line > 0 && directive.word.position.column > 0);
  require(directive.has_body || directive.body.empty());
  const auto read = sample_options().read(directive);
  if (!read) check_errors(read.error());
  for (const auto& inner : directive.body) check_directive(inner);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Disk disk(std::string_view(reinterpret_cast<const char*>(data), size));
  const auto file = config::parse(disk.main, "Harbingerfile", disk.sources());
  if (!file) {
    check_errors(file.error());
    return 0;
  }
  require(!file->sources.empty());
  for (const auto& directive : file->global) check_directive(directive);
  for (const auto& block : file->blocks) {
    require(!block.keys.empty());
    for (const auto& directive : block.directives) check_directive(directive);
  }
  return 0;
}
