#include "server/replay/formats.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace harbinger;
using namespace harbinger::replay;

namespace {

// What a format makes of lines: "client resource at" of each record, or "! reason".
std::vector<std::string> read(LineFormat& format, const std::vector<std::string>& lines) {
  std::vector<std::string> out;
  format.begin_file();
  for (const auto& line : lines) {
    const auto done = format.read(line, [&](const Record& record) {
      out.push_back(std::string(record.client) + ' ' + std::string(record.resource) + ' ' +
                    (record.at ? std::to_string(*record.at) : "-"));
    });
    if (!done) out.push_back("! " + done.error().text);
  }
  return out;
}

using Lines = std::vector<std::string>;

Record only_record(LineFormat& format, const std::string& line) {
  Record copy;
  int records = 0;
  REQUIRE(format.read(line, [&](const Record& record) {
    copy = record;
    ++records;
  }));
  REQUIRE(records == 1);
  return copy;
}

}  // namespace

TEST_CASE("a combined log line gives client, time, request, status, size and user agent") {
  const auto format = make_clf_format();
  const std::string line =
      R"~(192.0.2.1 - joe [09/Apr/2012:23:58:56 -0700] "GET /a?b=1 HTTP/1.1" 302 397 "http://x/" "Mozilla/5.0 (\"quoted\")")~";
  const auto record = only_record(*format, line);
  CHECK(record.client == "192.0.2.1");
  CHECK(record.resource == "/a?b=1");
  CHECK(record.method == "GET");
  CHECK(record.status == 302);
  CHECK(record.size_bytes == 397);
  CHECK(record.user_agent == R"~(Mozilla/5.0 (\"quoted\"))~");
  CHECK(record.at == 1334041136000);
}

TEST_CASE("a common log line needs no referer and no user agent, and a size may be missing") {
  const auto format = make_clf_format();
  const auto record = only_record(*format, R"(h - - [01/Jan/1970:00:00:01 +0000] "GET / HTTP/1.0" 304 -)");
  CHECK(record.at == 1000);
  CHECK(record.size_bytes == 0);
  CHECK(record.user_agent.empty());
}

TEST_CASE("what is no request is a record without a resource, not a mistake") {
  const auto format = make_clf_format();
  CHECK(only_record(*format, R"(h - - [01/Jan/1970:00:00:01 +0000] "-" 400 0 "-" "-")").resource.empty());
}

TEST_CASE("garbage in a web log is told with what was expected") {
  const auto format = make_clf_format();
  const auto told =
      read(*format, {"\x01\x02garbage", "h - - nothing", "h - - [99/Foo/2012:00:00:00 +0000] \"GET / HTTP/1.0\" 200 1",
                     "h - - [01/Jan/1970:00:00:01 +0000] \"GET / HTTP/1.0\" two 1",
                     "h - - [01/Jan/1970:00:00:01 +0000] \"GET / HT"});
  REQUIRE(told.size() == 5);
  CHECK(told[0] == "! expected `host ident user [time] \"request\" status bytes`");
  CHECK(told[1] == "! expected a time in brackets after host, ident and user");
  CHECK(told[2] == "! `99/Foo/2012:00:00:00 +0000` is no time like 09/Apr/2012:23:58:56 -0700");
  CHECK(told[3] == "! expected a status of three digits after the request");
  CHECK(told[4] == "! expected a request in quotes after the time");
}

TEST_CASE("zeek rows are taken once, whatever the order of the fields, names in lower case") {
  const auto format = make_zeek_dns_format();
  const Lines lines{"#separator \\x09",
                    "#fields\tts\tid.orig_h\tid.orig_p\ttrans_id\tquery\tqtype\trcode_name\tTTLs\trtt",
                    "1.5\t10.0.0.1\t53\t7\tWWW.Example.org\t1\tNOERROR\t60.000000,30.000000\t0.002",
                    "1.6\t10.0.0.1\t53\t7\twww.example.org\t1\tNOERROR\t60.000000,30.000000\t0.002",
                    "1.7\t10.0.0.1\t53\t8\twww.example.org\t28\tNXDOMAIN\t-\t-",
                    "1.8\t10.0.0.1\t53\t9\t-\t1\tNOERROR\t-\t-"};
  CHECK(read(*format, lines) == Lines{"10.0.0.1 www.example.org 1500", "10.0.0.1 www.example.org 1700"});
  const auto record = only_record(*format, "2\t10.0.0.2\t53\t7\ta\t28\tNXDOMAIN\t60.0,30.0\t0.002");
  CHECK(record.type == 28);
  CHECK(record.ttl_s == 30);
  CHECK(record.latency_us == 2000);
  CHECK(record.outcome == Outcome::not_found);
}

TEST_CASE("zeek rows without a header, or with a field too few, are told") {
  const auto format = make_zeek_dns_format();
  CHECK(read(*format, {"1\t2\t3"}) == Lines{"! expected a `#fields` line first, as Zeek writes it"});
  CHECK(read(*format, {"#fields\tts\tid.orig_h\tquery", "1\t2"}) == Lines{"! has 2 fields, not 3"});
  CHECK(read(*format, {"#fields\tts\tquery"}) ==
        Lines{"! expected the fields ts, id.orig_h and query, as in Zeek's dns.log"});
}

TEST_CASE("columns are found by the words of a header") {
  const auto format = make_csv_format("").value();
  const auto told =
      read(*format, {"host\tlogname\ttime\tmethod\turl\tresponse\tbytes", "a.b\t-\t807256800\tGET\t/x\t200\t17"});
  CHECK(told == Lines{"a.b /x 807256800000"});
}

TEST_CASE("columns can be given in their order or by name, with or without a header") {
  CHECK(read(*make_csv_format("client,resource").value(), {"28 10307", "28 10311"}) ==
        Lines{"28 10307 -", "28 10311 -"});
  CHECK(read(*make_csv_format("-,client,resource").value(), {"n,who,what", "1,a,b"}) == Lines{"a b -"});
  CHECK(read(*make_csv_format("client=who,resource=3,time=n").value(), {"n,who,what", "1,a,b"}) == Lines{"a b 1000"});
}

TEST_CASE("a quoted field may hold separators and quotes") {
  CHECK(read(*make_csv_format("client,resource,time").value(), {R"("a,""b""",/x,1970-01-01T00:00:02.5Z)"}) ==
        Lines{R"(a,"b" /x 2500)"});
  CHECK(read(*make_csv_format("client,resource").value(), {R"(a,"b)"}) == Lines{"! a quoted field does not end"});
}

TEST_CASE("rows without what is needed are told, and so are columns that make no sense") {
  const auto format = make_csv_format("client,resource,time").value();
  CHECK(read(*format, {"a,/x,1", "a,,2", ",/x,3", "a,/x,soon", "a,/y,4"}) ==
        Lines{"a /x 1000", "! has no resource", "! has no client", "! `soon` is no time", "a /y 4000"});
  CHECK(read(*make_csv_format("").value(), {"what,ever", "1,2"}).front() ==
        "! the header names no column for client; --columns can say which it is");
  CHECK(make_csv_format("client,colour").error().message.find("no field is called `colour`") != std::string::npos);
  CHECK(make_csv_format("time").error().message == "--columns: expected a column for client and one for resource");
}

TEST_CASE("each line of a sequences file is a client of its own") {
  CHECK(read(*make_sequences_format(), {"1 32  45 ", "", "7"}) == Lines{"1 1 -", "1 32 -", "1 45 -", "3 7 -"});
  CHECK(read(*make_sequences_format(), {"a \x02 b"}) == Lines{"1 a -", "! has octets in it that are no text"});
}

TEST_CASE("a format nobody knows is told with those there are") {
  CHECK(make_format("xml", "").error().message == "no format is called `xml`; there are clf, zeek-dns, csv, sequences");
  CHECK(make_format("clf", "client").error().message == "--columns is for --format csv");
}
