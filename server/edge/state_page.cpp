#include "server/edge/state_page.h"

#include <nlohmann/json.hpp>

namespace harbinger::edge {

std::string state_page(const Hello& hello, const Agent::State& state) {
  const auto& books = state.books;
  const auto& fetcher = state.fetcher;
  const nlohmann::ordered_json page{
      {"name", hello.name},
      {"endpoint", hello.endpoint.empty() ? hello.name : hello.endpoint},
      {"cluster", hello.cluster},
      {"version", hello.version},
      {"connected", state.connected},
      {"log", {{"lines", state.lines}, {"malformed", state.malformed}}},
      {"requests", state.requests},
      {"hits", state.hits},
      {"decided", books.decided},
      {"held_back", {{"too_dear", books.unpaid}, {"skipped", books.skipped}, {"can_wait", books.put_off}}},
      {"useful", books.useful},
      {"in_vain", books.in_vain},
      {"useful_bytes", books.useful_bytes},
      {"bytes_in_vain", books.bytes_in_vain},
      {"floor", books.floor},
      {"dearness", books.dearness},
      {"fetcher",
       {{"waiting", fetcher.waiting},
        {"in_flight", fetcher.in_flight},
        {"workers", fetcher.workers},
        {"fetched", fetcher.fetched},
        {"cached", fetcher.cached},
        {"failed", fetcher.failed},
        {"bytes", fetcher.bytes},
        {"in_trouble", fetcher.in_trouble}}},
      {"notes", state.notes}};
  return page.dump(2) + "\n";
}

}  // namespace harbinger::edge
