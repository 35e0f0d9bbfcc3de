#include <lzma.h>
#include <zlib.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "server/replay/filters.h"
#include "server/replay/line_input.h"
#include "server/replay/read_trace.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::replay;

namespace {

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string xz(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  REQUIRE(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()),
                                  text.size(), reinterpret_cast<std::uint8_t*>(out.data()), &size,
                                  out.size()) == LZMA_OK);
  return out.substr(0, size);
}

std::vector<std::string> lines_of(const std::filesystem::path& file, std::string* trouble = nullptr) {
  LineInput input(open_octets(file.string()).value());
  std::vector<std::string> lines;
  while (const auto line = input.next()) lines.emplace_back(*line);
  if (trouble != nullptr) *trouble = input.source().trouble();
  return lines;
}

using Lines = std::vector<std::string>;

std::string many_lines() {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i * 2654435761U) + '\n';
  return text;
}

}  // namespace

TEST_CASE("plain and packed files are the same lines, whatever they are called") {
  const test::Scratch scratch;
  const std::string text = "one\r\ntwo\n\nfour";
  const Lines expected{"one", "two", "", "four"};
  CHECK(lines_of(scratch.write("plain", text)) == expected);
  CHECK(lines_of(scratch.write("packed.log", gzip(text))) == expected);
  CHECK(lines_of(scratch.write("packed", xz(text))) == expected);
  CHECK(lines_of(scratch.write("members.gz", gzip("one\ntw") + gzip("o\n\nfour"))) == expected);
  CHECK(lines_of(scratch.write("streams.xz", xz("one\ntw") + xz("o\n\nfour"))) == expected);
  CHECK(lines_of(scratch.write("empty", "")).empty());
}

TEST_CASE("packed data that ends in the middle gives what came, and says so") {
  const test::Scratch scratch;
  const auto whole = many_lines();
  for (const auto& [packed, expected] : {std::pair(gzip(whole), "the gzip data ends in the middle"),
                                         std::pair(xz(whole), "the xz data ends in the middle")}) {
    std::string trouble;
    const auto lines = lines_of(scratch.write("cut", packed.substr(0, packed.size() / 2)), &trouble);
    CHECK(trouble == expected);
    CHECK(lines.size() > 10'000);
    CHECK(lines.size() < 200'000);
    CHECK(lines[9'999] == std::to_string(9'999 * 2654435761U));
  }
}

TEST_CASE("packed data with a damaged middle, or with something behind it, is told") {
  const test::Scratch scratch;
  auto packed = gzip(many_lines());
  std::string trouble;
  lines_of(scratch.write("behind", gzip("a\n") + "rubbish"), &trouble);
  CHECK(trouble == "what follows the gzip data is none");
  for (std::size_t i = packed.size() / 2; i < packed.size() / 2 + 64; ++i) packed[i] = char(0xFF);
  lines_of(scratch.write("damaged", packed), &trouble);
  CHECK(trouble == "the gzip data is damaged");
}

TEST_CASE("a line without an end does not take all memory") {
  const test::Scratch scratch;
  const auto lines = lines_of(scratch.write("long", std::string(3 * LineInput::kLongest + 5, 'x')));
  REQUIRE(lines.size() == 4);
  CHECK(lines.back().size() == 5);
}

TEST_CASE("a file that is not there, and a folder, are errors") {
  const test::Scratch scratch;
  CHECK(open_octets((scratch / "none").string()).error().code == ErrorCode::not_found);
  CHECK(open_octets(scratch.path().string()).error().message == "is a folder, not a file");
}

TEST_CASE("lines that cannot be read are told with file and line, ten of them in full, and reading goes on") {
  const test::Scratch scratch;
  std::string text = "client,resource,time\n";
  for (int i = 0; i < 15; ++i) text += "a,/x,never\na,/x," + std::to_string(i) + "\n";
  const auto file = scratch.write("trace.csv", text + "a,/x").string();
  std::ostringstream said;
  Complaints complaints(said);
  Trace trace;
  const auto counts =
      read_trace({.files = {file}, .filters = {}}, *make_csv_format("").value(), complaints, trace).value();
  complaints.close();
  CHECK(counts.records == 15);
  CHECK(trace.visits.size() == 15);
  CHECK(complaints.lines() == 16);
  CHECK(said.str().starts_with(file + ":2: `never` is no time\n" + file + ":4: `never` is no time\n"));
  CHECK(said.str().ends_with("16 lines could not be read; the first 10 are above\n"));
}

TEST_CASE("visits come in the order of time, and a second apart where there is none") {
  const test::Scratch scratch;
  std::ostringstream said;
  Complaints complaints(said);
  Trace timed, untimed;
  const auto rows = scratch.write("rows", "a,/2,20\nb,/1,10\n").string();
  REQUIRE(read_trace({.files = {rows}, .filters = {}}, *make_csv_format("client,resource,time").value(), complaints,
                     timed));
  REQUIRE(timed.visits.size() == 2);
  CHECK(timed.timed);
  CHECK(timed.resources.text(timed.visits[0].resource) == "/1");
  REQUIRE(
      read_trace({.files = {rows}, .filters = {}}, *make_csv_format("client,resource").value(), complaints, untimed));
  CHECK_FALSE(untimed.timed);
  CHECK(untimed.resources.text(untimed.visits[0].resource) == "/2");
  CHECK(untimed.visits[1].at - untimed.visits[0].at == 1000);
}

TEST_CASE("pages are what GET brought, without decoration and query string") {
  const auto page = [](std::string_view method, int status, std::string_view resource) {
    Record record{.at = {}, .client = "c", .resource = resource, .method = method, .user_agent = {}, .status = status};
    return passes({.pages = true}, record) ? std::string(record.resource) : "";
  };
  CHECK(page("GET", 200, "/a?b=c.gif") == "/a");
  CHECK(page("GET", 304, "http://h:80/a.html") == "http://h:80/a.html");
  CHECK(page("GET", 404, "/a").empty());
  CHECK(page("POST", 200, "/a").empty());
  CHECK(page("GET", 200, "/a.GIF?x").empty());
  CHECK(page("GET", 200, "/a.woff2").empty());
  CHECK(page("GET", 200, "/gif") == "/gif");
}

TEST_CASE("people and programs are told apart by their user agent") {
  CHECK_FALSE(is_bot("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"));
  CHECK_FALSE(is_bot("Opera/9.80 (Windows NT 6.1)"));
  CHECK(is_bot("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"));
  CHECK(is_bot("curl/8.1"));
  CHECK(is_bot(""));
}

TEST_CASE("hosts are cut out of URLs, and names stay") {
  CHECK(host_of("http://www.example.org:80/a/b") == "www.example.org");
  CHECK(host_of("https://example.org?x") == "example.org");
  CHECK(host_of("www.example.org") == "www.example.org");
  CHECK(host_of("/path").empty());
}
