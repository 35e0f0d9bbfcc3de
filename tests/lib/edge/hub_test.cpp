#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <ranges>

#include "tests/lib/edge/hub_world.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

std::string url(int number) { return "http://video.test/" + std::to_string(number); }

// Which of the edges was given the resource first.
FakeEdge& holder_of(const std::string& resource, std::initializer_list<FakeEdge*> edges) {
  for (auto* edge : edges)
    for (const auto& each : edge->link->resources())
      if (each == resource) return *edge;
  FAIL("nobody has " << resource);
  return **edges.begin();
}

steer::EndpointState state_of(const HubWorld& world, const std::string& endpoint) {
  auto& book = world.steer.service->book();
  return *book.state_of(*book.id_of(endpoint));
}

}  // namespace

TEST_CASE("an edge that joins is seen, and one whose session ends is gone") {
  HubWorld world;
  auto edge = world.join("fra1");
  world.advance(3s);
  REQUIRE(world.hub->edges().size() == 1);
  CHECK(world.hub->edges()[0].connected);
  CHECK(world.hub->edges()[0].endpoint == "fra1");
  CHECK(world.hub->edges()[0].for_s == 3);
  CHECK(world.count("harbinger_edges_connected") == 1);
  edge.dies();
  CHECK_FALSE(world.hub->edges()[0].connected);
  CHECK(world.count("harbinger_edges_connected") == 0);
}

TEST_CASE("whoever needs edges finds the hub that they joined, while there is one") {
  const auto before = EdgeHub::running().size();
  {
    HubWorld world;
    auto edge = world.join("fra1");
    const auto hubs = EdgeHub::running();
    REQUIRE(hubs.size() == before + 1);
    CHECK(hubs.back()->edges().at(0).name == "fra1");
  }
  CHECK(EdgeHub::running().size() == before);
}

TEST_CASE("a second edge of a name that speaks is a conflict, and takes over from one that is silent") {
  HubWorld world;
  auto first = world.join("fra1");
  world.advance(2s);
  const auto second = world.try_join({.name = "fra1", .endpoint = {}, .cluster = "fra", .version = {}});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::conflict);
  CHECK_THAT(second.error().message, Contains("fra1") && Contains("another name"));
  CHECK(world.count("harbinger_edges_refused_total", "conflict") == 1);
  world.advance(1ms);
  auto third = world.join("fra1");
  CHECK_THAT(first.link->closed, Contains("came again"));
  first.dies();  // the old session says nothing about the new one
  CHECK(world.hub->edges()[0].connected);
  CHECK(world.count("harbinger_edges_connected") == 1);
}

TEST_CASE("two edges do not serve one endpoint, unless the first is gone") {
  HubWorld world;
  auto first = world.join("a");
  const Hello second{.name = "b", .endpoint = "a", .cluster = "fra", .version = {}};
  CHECK(world.try_join(second).error().code == ErrorCode::conflict);
  first.dies();
  const auto joined = world.try_join(second);
  CHECK(joined);
  CHECK(world.hub->edges().size() == 1);
}

TEST_CASE("names that no endpoint could have are refused with what would be right") {
  HubWorld world;
  for (const Hello& hello : {Hello{.name = "", .endpoint = {}, .cluster = {}, .version = {}},
                             Hello{.name = "a b", .endpoint = {}, .cluster = {}, .version = {}},
                             Hello{.name = "a", .endpoint = "\n", .cluster = {}, .version = {}},
                             Hello{.name = "a", .endpoint = {}, .cluster = std::string(64, 'x'), .version = {}}}) {
    const auto joined = world.try_join(hello);
    REQUIRE_FALSE(joined);
    CHECK(joined.error().code == ErrorCode::malformed);
    CHECK_THAT(joined.error().message, Contains("1 to 63 letters"));
  }
  CHECK(world.count("harbinger_edges_refused_total", "malformed") == 4);
}

TEST_CASE("when there is room for no more edges, one that is gone makes room, and none that is there") {
  HubWorld world({.edges = 2});
  auto a = world.join("a"), b = world.join("b");
  CHECK(world.try_join({.name = "c", .endpoint = {}, .cluster = {}, .version = {}}).error().code ==
        ErrorCode::too_large);
  a.dies();
  CHECK(world.try_join({.name = "c", .endpoint = {}, .cluster = {}, .version = {}}));
}

TEST_CASE("an endpoint without probes is down from the end of its session until the edge is back") {
  HubWorld world;
  world.steer.define({.name = "fra1"});
  auto edge = world.join("fra1");
  std::vector<bool> told;
  const auto listening = world.steer.service->on_change([&](const auto& change) { told.push_back(change.up); });
  edge.dies();
  CHECK_FALSE(world.up("fra1"));
  CHECK_THAT(state_of(world, "fra1").why, Contains("session of edge fra1 ended"));
  CHECK(world.hub->edges()[0].down);
  edge = world.join("fra1");
  CHECK(world.up("fra1"));
  CHECK(told == std::vector{false, true});
}

TEST_CASE("an endpoint with probes is judged by these alone") {
  HubWorld world;
  world.steer.define({.name = "fra1", .probed = true});
  auto edge = world.join("fra1");
  edge.dies();
  CHECK(world.up("fra1"));
  // The operator takes the probe away while the edge is gone.
  world.steer.define({.name = "fra1"});
  world.advance(1s);
  CHECK_FALSE(world.up("fra1"));
}

TEST_CASE("what a hub says of endpoints ends with it") {
  HubWorld world;
  world.steer.define({.name = "fra1"});
  world.join("fra1").dies();
  CHECK_FALSE(world.up("fra1"));
  world.policy.reset();
  world.hub.reset();
  CHECK(world.up("fra1"));
}

TEST_CASE("an edge that says nothing for five seconds is gone, whatever its connection says") {
  HubWorld world;
  world.steer.define({.name = "fra1"});
  auto quiet = world.join("fra1"), other = world.join("fra2");
  for (int i = 0; i < 5; ++i) {
    world.advance(1s);
    other.says({.load = 0.1});
  }
  CHECK(world.hub->edges()[0].connected);
  world.advance(1ms);
  CHECK_THAT(quiet.link->closed, Contains("silent"));
  CHECK_FALSE(world.up("fra1"));
  CHECK(world.hub->edges()[1].connected);
}

TEST_CASE("load is told to steering for ten seconds, and one that cannot be is not believed") {
  HubWorld world;
  world.steer.define({.name = "fra1"});
  auto edge = world.join("fra1");
  edge.says({.load = 0.7});
  CHECK(state_of(world, "fra1").load == Approx(0.7f));
  for (const double lie : {-0.1, 1.5, std::nan(""), HUGE_VAL}) edge.says({.load = lie});
  CHECK(state_of(world, "fra1").load == Approx(0.7f));
  CHECK(world.count("harbinger_edges_doubted_total", "load") == 4);
  world.steer.clock.advance(10s);
  world.steer.service->book().tick();
  CHECK(std::isnan(state_of(world, "fra1").load));
}

TEST_CASE("ways that an edge measured are learnt for its endpoint, and impossible ones are not") {
  HubWorld world;
  const auto id = world.steer.define({.name = "fra1"});
  auto edge = world.join("fra1");
  const auto client = *IpAddress::parse("203.0.113.0");
  const std::array latencies{Latency{client, 30}, Latency{client, -1}, Latency{client, std::nanf("")}};
  edge.session->latencies(latencies);
  world.steer.service->catch_up();
  CHECK(world.steer.service->explain(steer::ClientGroup::of(client), id).measurements == 1);
  CHECK(world.count("harbinger_edges_latencies_total") == 1);
  CHECK(world.count("harbinger_edges_doubted_total", "way") == 2);
  CHECK_FALSE(world.hub->measured(client, "unheard", 30));
}

TEST_CASE("a job goes to one edge of its cluster, the same one each time, and others get other jobs") {
  HubWorld world;
  auto a = world.join("a"), b = world.join("b"), far = world.join("far", "nyc");
  for (int i = 0; i < 40; ++i) world.want(url(i));
  const auto first = a.link->resources(), second = b.link->resources();
  CHECK(first.size() + second.size() == 40);
  CHECK(first.size() > 8);
  CHECK(second.size() > 8);
  CHECK(far.link->jobs.empty());
  // Nothing is sent again while it is under way, nor soon after it is done.
  a.did_all(JobDone::Outcome::fetched);
  b.did_all(JobDone::Outcome::fetched);
  for (int i = 0; i < 40; ++i) world.want(url(i));
  CHECK(a.link->jobs.size() + b.link->jobs.size() == 40);
  for (int s = 0; s < 31; ++s) {
    world.advance(1s);
    for (auto* each : {&a, &b, &far}) each->says({.load = 0});
  }
  for (int i = 0; i < 40; ++i) world.want(url(i));
  auto again = a.link->resources();
  again.erase(again.begin(), again.begin() + static_cast<int>(first.size()));
  CHECK(again == first);
}

TEST_CASE("without a cluster a job goes to each of them") {
  HubWorld world;
  auto a = world.join("a"), far = world.join("far", "nyc");
  world.want("http://video.test/x", 0, "");
  CHECK(a.link->jobs.size() == 1);
  CHECK(far.link->jobs.size() == 1);
}

TEST_CASE("jobs for an edge are gathered for five milliseconds and sent together") {
  HubWorld world;
  auto edge = world.join("a");
  for (int i = 0; i < 10; ++i) world.hub->want({.resource = url(i)}, "fra", 1);
  CHECK(edge.link->batches.empty());
  CHECK(world.hub->pause() == 5ms);
  world.advance(5ms);
  CHECK(edge.link->batches == std::vector<std::size_t>{10});
}

TEST_CASE("the jobs of an edge that dies go to the others in the same moment, and it gets none twice when it is back") {
  HubWorld world;
  auto a = world.join("a"), b = world.join("b");
  for (int i = 0; i < 20; ++i) world.want(url(i));
  const auto moved = a.link->resources();
  const auto own = b.link->jobs.size();
  REQUIRE(moved.size() > 3);
  REQUIRE(own > 3);
  a.did(a.link->jobs.front(), JobDone::Outcome::fetched);  // this one is done
  a.dies();
  CHECK(b.link->jobs.size() == own + moved.size() - 1);
  CHECK(world.count("harbinger_edges_jobs_total", "moved") == moved.size() - 1);
  a = world.join("a");
  for (std::size_t i = 1; i < moved.size(); ++i) world.want(moved[i]);
  CHECK(a.link->jobs.empty());
  CHECK(b.link->jobs.size() == own + moved.size() - 1);
}

TEST_CASE("what is left of a job's time goes along when it moves") {
  HubWorld world;
  auto a = world.join("a"), b = world.join("b");
  world.want("http://video.test/x");
  auto& first = holder_of("http://video.test/x", {&a, &b});
  auto& other = &first == &a ? b : a;
  CHECK(first.link->jobs[0].within_ms == 20'000);
  world.advance(3s);
  first.dies();
  REQUIRE(other.link->jobs.size() == 1);
  CHECK(other.link->jobs[0].within_ms == 16'995);
}

TEST_CASE("when the last edge of a cluster dies, its jobs wait for one that joins, as long as they are of use") {
  HubWorld world;
  auto a = world.join("a");
  world.want(url(1));
  a.dies();
  world.want(url(2));
  auto b = world.join("b");
  CHECK(b.link->resources() == std::vector{url(1), url(2)});
  b.dies();
  world.advance(20s);
  CHECK(world.join("c").link->jobs.empty());
}

TEST_CASE("an edge in trouble is sent no jobs until it takes them again") {
  HubWorld world;
  auto a = world.join("a");
  a.says({.load = 0, .takes_jobs = false});
  world.want(url(1));
  CHECK(a.link->jobs.empty());
  a.says({.load = 0, .takes_jobs = true});
  world.advance(5ms);
  CHECK(a.link->resources() == std::vector{url(1)});
}

TEST_CASE("a job that an edge will not do goes to the next, at most three times") {
  HubWorld world;
  std::vector<FakeEdge> edges;
  for (const char* name : {"a", "b", "c", "d", "e"}) edges.push_back(world.join(name));
  world.want(url(1));
  for (int round = 0; round < 5; ++round) {
    for (auto& edge : edges)
      if (edge.link->jobs.size() == 1 && edge.link->closed.empty()) {
        edge.did(edge.link->jobs[0], JobDone::Outcome::no_room);
        edge.link->closed = "answered";
      }
    world.advance(5ms);
  }
  CHECK(world.count("harbinger_edges_jobs_total", "sent") == 3);
  CHECK(world.count("harbinger_edges_jobs_done_total", "no_room") == 3);
}

TEST_CASE("what three clients want within a minute is fetched by two edges") {
  HubWorld world;
  auto a = world.join("a"), b = world.join("b"), c = world.join("c");
  const auto sent = [&] { return a.link->jobs.size() + b.link->jobs.size() + c.link->jobs.size(); };
  const auto hot = url(1), cold = url(2);
  for (const ClientKey client : {1, 2}) world.want(hot, client);
  for (const ClientKey client : {1, 1, 2, 2}) world.want(cold, client);
  CHECK(sent() == 2);
  world.want(hot, 3);
  CHECK(sent() == 3);
  // Two different ones.
  int holders = 0;
  for (auto* edge : {&a, &b, &c}) holders += std::ranges::count(edge->link->resources(), hot);
  for (auto* edge : {&a, &b, &c}) CHECK(std::ranges::count(edge->link->resources(), hot) <= 1);
  CHECK(holders == 2);
}

TEST_CASE("three clients over more than a minute make nothing hot") {
  HubWorld world;
  auto a = world.join("a"), b = world.join("b");
  for (const ClientKey client : {1, 2, 3}) {
    world.want(url(1), client);
    for (int s = 0; s < 31; ++s) {
      world.advance(1s);
      a.says({.load = 0});
      b.says({.load = 0});
    }
  }
  CHECK(world.count("harbinger_edges_jobs_total", "sent") == 2 + 1);  // once each time, forgotten in between
  CHECK((a.link->jobs.empty() || b.link->jobs.empty()));
}

TEST_CASE("what clients fetch through one edge and is hot is mirrored to another of its cluster") {
  HubWorld world;
  auto a = world.join("a"), b = world.join("b"), far = world.join("far", "nyc");
  for (const ClientKey client : {1, 2, 3, 4, 5}) a.served(url(1), client);
  a.served(url(2), 1);
  world.advance(5ms);
  CHECK(a.link->jobs.empty());
  CHECK(far.link->jobs.empty());
  REQUIRE(b.link->resources() == std::vector{url(1)});
  CHECK(b.link->jobs[0].kind == Job::Kind::mirror);
}

TEST_CASE("when an edge that has a hot resource dies, the next gets it") {
  HubWorld world;
  auto a = world.join("a"), b = world.join("b"), c = world.join("c");
  world.hub->want({.kind = Job::Kind::mirror, .resource = url(1)}, "fra", 1);
  world.advance(5ms);
  std::vector<FakeEdge*> with, without;
  for (auto* edge : {&a, &b, &c}) (edge->link->jobs.empty() ? without : with).push_back(edge);
  REQUIRE(with.size() == 2);
  for (auto* edge : with) edge->did_all(JobDone::Outcome::fetched);
  with[0]->dies();
  CHECK(without[0]->link->resources() == std::vector{url(1)});
}

TEST_CASE("capacity is believed up to four times what an edge served at most") {
  HubWorld world;
  auto liar = *world.try_join(
      {.name = "liar", .endpoint = {}, .cluster = "fra", .bytes_per_second = 100'000'000'000, .version = {}});
  CHECK(world.hub->edges()[0].believed == 1e6);
  world.advance(1s);
  liar.says({.load = 0.5, .bytes_served = 2'000'000});
  CHECK(world.hub->edges()[0].believed == 8e6);
  CHECK(world.count("harbinger_edges_doubted_total", "capacity") == 1);
  world.advance(1s);
  liar.says({.load = 0.5, .bytes_served = UINT64_MAX});
  liar.says({.load = 0.5, .requests = 1, .hits = 2});
  CHECK(world.hub->edges()[0].believed == 8e6);
  CHECK(world.count("harbinger_edges_doubted_total", "counts") == 2);
}

TEST_CASE("an edge that says that it can and does not gets few jobs after a while") {
  HubWorld world;
  auto honest = world.join("honest");
  auto liar = *world.try_join(
      {.name = "liar", .endpoint = {}, .cluster = "fra", .bytes_per_second = 1'000'000'000, .version = {}});
  const auto round = [&](int from) {
    for (int i = from; i < from + 200; ++i) world.want(url(i));
    for (auto* edge : {&honest, &liar}) {
      const auto outcome = edge == &liar ? JobDone::Outcome::refused : JobDone::Outcome::fetched;
      for (const auto& job : std::vector(edge->link->jobs)) edge->did(job, outcome);
      edge->link->jobs.erase(edge->link->jobs.begin(), edge->link->jobs.end());
    }
  };
  round(0);
  round(1000);
  for (int i = 5000; i < 5400; ++i) world.want(url(i));
  const auto share = static_cast<double>(liar.link->jobs.size()) /
                     static_cast<double>(liar.link->jobs.size() + honest.link->jobs.size());
  CHECK(share < 0.1);
}

TEST_CASE("jobs that nobody answers are given up and count against their edge") {
  HubWorld world;
  auto edge = world.join("a");
  world.want(url(1));
  for (int s = 0; s < 21; ++s) {
    world.advance(1s);
    edge.says({.load = 0});
  }
  CHECK(world.count("harbinger_edges_jobs_total", "unanswered") == 1);
  CHECK(world.hub->edges()[0].trust < 1);
  edge.did(edge.link->jobs[0], JobDone::Outcome::fetched);
  CHECK(world.count("harbinger_edges_doubted_total", "job") == 1);
}

TEST_CASE("jobs are bounded: the oldest make room") {
  HubWorld world({.jobs = {.jobs = 10}});
  for (int i = 0; i < 25; ++i) world.want(url(i));
  CHECK(world.count("harbinger_edges_jobs_total", "dropped") == 15);
  CHECK(world.join("a").link->jobs.size() == 10);
}

TEST_CASE("a dry run sends nothing and counts what it would") {
  HubWorld world({}, {.dry_run = true});
  auto a = world.join("a");
  world.want(url(1));
  for (const ClientKey client : {1, 2, 3}) a.served(url(2), client);
  world.advance(5ms);
  CHECK(a.link->jobs.empty());
  CHECK(world.count("harbinger_edges_jobs_total", "dry_run") == 2);
  // The newest policy counts, as after a reload, and the older one again when that is gone.
  auto newer = world.hub->use({});
  world.want(url(3));
  newer.reset();
  world.want(url(4));
  CHECK(a.link->resources() == std::vector{url(3)});
}

TEST_CASE("lines of an edge go to the server's learner, the other edges of its cluster, and those that join later") {
  HubWorld world({.lines = 2});
  auto a = world.join("a"), b = world.join("b"), far = world.join("far", "nyc");
  const std::vector<Line> lines{
      {"x", {{"y", 0.5F}}}, {"bad", {{"y", 1.5F}}}, {"y", {{"z", 0.5F}}}, {"z", {{"x", 1.0F}}}};
  a.session->lines(lines);
  CHECK(world.learnt.size() == 3);
  CHECK(a.link->lines.empty());
  CHECK(b.link->lines.size() == 3);
  CHECK(far.link->lines.empty());
  CHECK(world.count("harbinger_edges_doubted_total", "line") == 1);
  world.hub->learnt({"of the server", {{"x", 0.4F}}});
  CHECK(far.link->lines.size() == 1);
  const auto late = world.join("late");
  REQUIRE(late.link->lines.size() == 3);
  CHECK(late.link->lines[0].context == "of the server");
  CHECK(late.link->lines[1].context == "y");
}
