#include <algorithm>

#include "server/replay/formats.h"

namespace harbinger::replay {

namespace {

class SequencesFormat final : public LineFormat {
 public:
  std::expected<void, LineTrouble> read(std::string_view line, const Use& use) override {
    constexpr std::string_view kSpaces = " \t";
    ++number_;
    if (line.starts_with('#')) return {};
    client_ = std::to_string(number_);
    Record record;
    record.client = client_;
    for (auto from = line.find_first_not_of(kSpaces); from != std::string_view::npos;) {
      const auto end = std::min(line.find_first_of(kSpaces, from), line.size());
      record.resource = line.substr(from, end - from);
      if (!std::ranges::all_of(record.resource, [](unsigned char c) { return c > ' ' && c != 127; }))
        return std::unexpected("has octets in it that are no text");
      use(record);
      from = line.find_first_not_of(kSpaces, end);
    }
    return {};
  }

 private:
  std::uint64_t number_ = 0;
  std::string client_;
};

}  // namespace

std::unique_ptr<LineFormat> make_sequences_format() { return std::make_unique<SequencesFormat>(); }

Result<std::unique_ptr<LineFormat>> make_format(std::string_view name, std::string_view columns) {
  if (name == "csv") return make_csv_format(columns);
  if (!columns.empty()) return fail(ErrorCode::conflict, "--columns is for --format csv");
  if (name == "clf") return make_clf_format();
  if (name == "zeek-dns") return make_zeek_dns_format();
  if (name == "sequences") return make_sequences_format();
  return fail(ErrorCode::unknown,
              "no format is called `" + std::string(name) + "`; there are clf, zeek-dns, csv, sequences");
}

}  // namespace harbinger::replay
