#include "provision/host_view.h"

#include <catch2/catch.hpp>

#include <unistd.h>

using namespace harbinger;
using namespace harbinger::provision;

TEST_CASE("a process whose name looks like the end of its name is read all the same") {
  const auto stat = parse_process_stat(
      "4711 (a) Z 1 (b) S 17 4711 4712 0 -1 4194304 102 0 0 0 3 4 50 60 20 0 1 0 340612 3133440 412 "
      "18446744073709551615 1 1");
  REQUIRE(stat);
  CHECK(stat->pid == 4711);
  CHECK(stat->state == 'S');
  CHECK(stat->parent == 17);
  CHECK(stat->session == 4712);
  CHECK(stat->ticks == 117);
  CHECK(stat->start == 340612);
  CHECK(stat->memory == 412 * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
}

TEST_CASE("what is no line about a process is none") {
  for (const char* text : {"", "17", "17 (name)", "17 (name) S", "17 (name) S 1 2",
                           "x (name) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"})
    CHECK_FALSE(parse_process_stat(text));
  CHECK_FALSE(read_process(0));
  CHECK_FALSE(read_process(-1));
  CHECK(read_process(getpid())->pid == getpid());
}

TEST_CASE("descendants are found through parents that come later in the list") {
  const auto process = [](pid_t pid, pid_t parent) {
    ProcessStat stat;
    stat.pid = pid;
    stat.parent = parent;
    return stat;
  };
  const auto found = with_descendants(10, {process(12, 11), process(10, 1), process(11, 10), process(13, 1)});
  CHECK(found.size() == 3);
}

TEST_CASE("established connections are counted by their address here, and other lines are passed over") {
  std::map<SocketAddress, std::uint32_t> counts;
  count_connections(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n"
      "   1: 0100007F:1F90 0100007F:A001 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1\n"
      "   2: 0100007F:1F90 0100007F:A002 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1\n"
      "   3: 0000000000000000FFFF00000100007F:0050 0000000000000000FFFF00000100007F:A002 01 0 0 0\n"
      "   4: 010000:1F90 0 01\n   5: X100007F:1F90 0 01\n\n 6",
      counts);
  CHECK(counts.size() == 2);
  CHECK(counts[*SocketAddress::parse("127.0.0.1:8080")] == 2);
  CHECK(counts[*SocketAddress::parse("127.0.0.1:80")] == 1);
}
